package io.zoetrope.tools.cli;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
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
      names = "--takes",
      paramLabel = "N",
      description =
          "Make N clips with seeds in a row: out-SEED.mp4 for each, a contact sheet out-takes.png and"
              + " an index out-takes.json. Takes that are there already are not made again.")
  private Integer takes;

  @Option(
      names = "--save-tensors",
      paramLabel = "FILE",
      description =
          "Safetensors file that gets prompt embeddings, the latents after every step, and the"
              + " frames; docs/tensors.md lists the names.")
  private Path saveTensors;

  @Option(
      names = "--tensors",
      paramLabel = "GLOB",
      arity = "1",
      description =
          "Tensors that --save-tensors saves beside those, by their paths in docs/tensors.md, such as"
              + " 'denoise/step0/cond/**/attn1/query'; can be given several times.")
  private List<String> named = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    if (!named.isEmpty() && saveTensors == null) {
      throw new PipelineException("--tensors says what --save-tensors saves: add it");
    }
    if (takes != null) {
      if (saveTensors != null) {
        throw new PipelineException("--takes has tensors for each clip: leave --save-tensors out");
      }
      return job.runTakes(err, takes);
    }
    return generate(err);
  }

  private int generate(PrintWriter err) {
    TensorRecorder recorder = new TensorRecorder(named);
    try (ClipRun run =
        job.open(
            err, true, List.of(new SideOutput("--save-tensors", saveTensors, recorder::bytes)))) {
      GenerationResult result =
          run.run(run.progress(), saveTensors == null ? Tracer.NONE : recorder);
      run.writeClip(result);
      if (saveTensors != null) {
        run.write(saveTensors.toString(), () -> recorder.write(saveTensors, result.frames()));
      }
      return run.finish();
    }
  }
}
