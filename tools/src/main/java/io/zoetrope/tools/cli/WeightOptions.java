package io.zoetrope.tools.cli;

import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.BudgetedModel;
import io.zoetrope.pipeline.family.FormedModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.run.FreeMemory;
import io.zoetrope.tensor.DType;
import io.zoetrope.weights.WeightForm;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What stays in memory of a transformer's weights, and in which form. */
final class WeightOptions {
  private static final double GIBIBYTE = 1L << 30;

  /** What a job takes beside the weights of a transformer, at least. */
  private static final long BESIDE = 3L << 29;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec mixee;

  @Option(
      names = "--weights",
      paramLabel = "FORM",
      description =
          "In which form the transformer's matrices stay in memory, decoded while they are multiplied:"
              + " stored (that of their file), q8_0, fp8, int8 or q4_k, which they are quantized to when"
              + " they are first used (default: as they are multiplied by).")
  private WeightForm form;

  @Option(
      names = "--weights-budget",
      paramLabel = "GIB",
      description =
          "Most memory for the transformer's matrices; those of further blocks are read from their"
              + " file by each product, and clips are the same (default: what this machine has).")
  private Double budget;

  /** The model as the options have it, or as this machine's memory asks for. */
  ModelSource applyTo(ModelSource model, DType dtype, Backend device) {
    if (form != null && budget != null) {
      throw new PipelineException(
          "--weights-budget is for matrices as they are multiplied by, and --weights %s keeps none of them: give one"
              .formatted(form.name().toLowerCase(Locale.ROOT)));
    }
    if (budget != null && !(budget > 0 && budget < Integer.MAX_VALUE)) {
      throw new PipelineException("--weights-budget %s is no number of GiB".formatted(budget));
    }
    if (form != null) {
      return new FormedModel(model, form);
    }
    OptionalLong card = device.weightRoom();
    if (budget != null && card.isPresent()) {
      throw new PipelineException(
          "--weights-budget is for the memory of the processor: of a card, --device cuda,weights=GIB says it");
    }
    if (budget != null) {
      return new BudgetedModel(model, (long) (budget * GIBIBYTE), device, dtype);
    }
    LongSupplier room = card.isPresent() ? card::getAsLong : new Room();
    return new BudgetedModel(model, room, device, dtype, this::tell);
  }

  private void tell(String line) {
    mixee.commandLine().getErr().println("  " + line);
  }

  /** What this machine has for matrices. */
  private static final class Room implements LongSupplier {
    @Override
    public long getAsLong() {
      return FreeMemory.now().bytes() - BESIDE;
    }
  }
}
