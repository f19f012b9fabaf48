package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.pipeline.GenerationResult;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job: a prompt becomes a clip. */
@Command(
    name = "generate",
    description = "Turns a prompt into a clip.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class GenerateCommand implements Callable<Integer> {
  @Mixin private ClipJob job;

  @Option(
      names = "--save-tensors",
      paramLabel = "FILE",
      description =
          "Safetensors file that gets prompt embeddings, the latents after every step, and the"
              + " frames; docs/tensors.md lists the names.")
  private Path saveTensors;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try (ClipRun run =
        job.open(
            spec.commandLine().getErr(),
            true,
            List.of(
                new SideOutput(
                    "--save-tensors",
                    saveTensors,
                    (pipeline, request, _) -> TensorRecorder.bytes(pipeline, request))))) {
      TensorRecorder recorder = new TensorRecorder();
      GenerationResult result =
          run.run(run.progress(), saveTensors == null ? VideoPipeline.UNTRACED : recorder);
      run.writeClip(result);
      if (saveTensors != null) {
        run.write(saveTensors.toString(), () -> recorder.write(saveTensors, result.frames()));
      }
      return run.finish();
    }
  }
}
