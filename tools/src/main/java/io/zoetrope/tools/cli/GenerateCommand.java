package io.zoetrope.tools.cli;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
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

  @Mixin private TensorOptions tensors;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    tensors.requireUsable();
    if (takes != null) {
      if (tensors.areSaved()) {
        throw new PipelineException("--takes has tensors for each clip: leave --save-tensors out");
      }
      return job.runTakes(err, takes);
    }
    return generate(err);
  }

  private int generate(PrintWriter err) {
    TensorOptions.Saved saved = tensors.of();
    try (ClipRun run = job.open(err, true, List.of(saved.output()))) {
      GenerationResult result = run.run(run.progress(), saved.beside(Tracer.NONE));
      run.writeClip(result);
      saved.write(run, result.frames());
      return run.finish();
    }
  }
}
