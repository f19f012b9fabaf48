package io.zoetrope.tools.cli;

import io.zoetrope.files.Printable;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.shot.PromptAdvice;
import io.zoetrope.tools.shot.ShotPrompt;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the prompt that a shot is made with. */
@Command(
    name = "prompt",
    description =
        "Prints the prompt that 'generate' makes of the same options: camera, subject, "
            + "action, environment, light, mood, style, quality. Warns of what models do badly.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class PromptCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SUBJECT", description = "What the shot shows.")
  private String subject;

  @Mixin private ShotOptions options;

  @Mixin private ModelOption model;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (subject.isBlank()) {
      throw new PipelineException("the prompt is empty; say what the clip shows");
    }
    ShotPrompt shot = options.of(subject);
    PrintWriter out = spec.commandLine().getOut();
    out.println(Printable.escape(shot.compose()));
    out.flush();
    PrintWriter err = spec.commandLine().getErr();
    model
        .source()
        .vocabulary()
        .flatMap(known -> known.warning(shot.compose()))
        .ifPresent(warning -> err.println("warning: " + warning));
    PromptAdvice.of(shot).forEach(advice -> err.println("warning: " + advice));
    return 0;
  }
}
