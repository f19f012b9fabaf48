package io.zoetrope.pipeline.family;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.weights.BudgetedWeights;
import io.zoetrope.weights.WeightSource;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * A model whose transformers may be larger than memory: of the matrices of their blocks so many
 * stay in memory, as they are multiplied by, as a budget allows, block after block; all others are
 * read from their file by each product, and leave nothing behind. Clips are the same.
 */
public final class BudgetedModel extends ChangedModel {
  private static final double GIBIBYTE = 1L << 30;

  /** Weights that take less where they are stored fit every machine that computes with them. */
  private static final long LARGE = 1L << 30;

  private final LongSupplier room;
  private final boolean isAsked;
  private final DType rounding;

  /**
   * The same model with a budget.
   *
   * @param budget bytes of matrices that stay in memory
   * @param rounding what wider weights of the transformers are rounded to
   */
  public BudgetedModel(ModelSource model, long budget, DType rounding) {
    super(model);
    this.room = () -> budget;
    this.isAsked = true;
    this.rounding = rounding;
  }

  /**
   * The same model with the budget that a machine has: for transformers that are too large for it,
   * if it has room for a block.
   *
   * @param room bytes that the machine has for matrices; asked for where weights are large
   * @param rounding what wider weights of the transformers are rounded to
   */
  public BudgetedModel(ModelSource model, LongSupplier room, DType rounding) {
    super(model);
    this.room = room;
    this.isAsked = false;
    this.rounding = rounding;
  }

  /**
   * Opens the weights.
   *
   * @throws PipelineException if the budget is below what a block takes
   */
  @Override
  public WeightSource weights(String component) {
    WeightSource weights = super.weights(component);
    boolean isMeant = FormedModel.TRANSFORMERS.contains(component);
    if (!isMeant || (!isAsked && weights.byteSize() < LARGE)) {
      return weights;
    }
    try {
      return within(weights, room.getAsLong());
    } catch (PipelineException e) {
      weights.close();
      throw e;
    }
  }

  private WeightSource within(WeightSource weights, long budget) {
    Map<String, Long> blocks = blocks(weights, rounding);
    for (Map.Entry<String, Long> block : blocks.entrySet()) {
      if (block.getValue() > budget) {
        if (!isAsked) {
          // Too little for any job, whose forecast says so.
          return weights;
        }
        throw new PipelineException(
            "a budget of %s GiB for weights has no room for %s, which takes %s GiB: give at least that"
                .formatted(gibibytes(budget), block.getKey(), gibibytes(block.getValue())));
      }
    }
    return new BudgetedWeights(weights, beyond(weights, blocks, budget));
  }

  /** Bytes of the blocks of a transformer as they are multiplied by. */
  public static long blockBytes(WeightSource weights, DType rounding) {
    return blocks(weights, rounding).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Blocks in the order of their numbers, with the bytes that they take packed. */
  private static Map<String, Long> blocks(WeightSource weights, DType rounding) {
    Map<String, Long> blocks = new TreeMap<>(Comparator.comparing(BudgetedModel::numbered));
    for (StoredTensor matrix : matrices(weights)) {
      long bytes = matrix.count() * matrix.used(rounding).bytes();
      blocks.merge(FormedModel.blockOf(matrix), bytes, Long::sum);
    }
    return blocks;
  }

  /** Names whose alphabetical order is that of their numbers. */
  private static String numbered(String block) {
    int point = block.lastIndexOf('.');
    return "%6d %s".formatted(Integer.parseInt(block.substring(point + 1)), block);
  }

  private static List<StoredTensor> matrices(WeightSource weights) {
    return weights.names().stream()
        .map(weights::tensor)
        .filter(FormedModel::isOfBlock)
        .filter(matrix -> matrix.encoding().holdsNumbers())
        .toList();
  }

  /** Names of the matrices that the budget has no room for. */
  private static Set<String> beyond(WeightSource weights, Map<String, Long> blocks, long budget) {
    long left = budget;
    Set<String> streamed = new LinkedHashSet<>();
    for (Map.Entry<String, Long> block : blocks.entrySet()) {
      left -= block.getValue();
      if (left < 0) {
        streamed.add(block.getKey());
      }
    }
    Set<String> names = new LinkedHashSet<>();
    for (StoredTensor matrix : matrices(weights)) {
      if (streamed.contains(FormedModel.blockOf(matrix))) {
        names.add(matrix.name());
      }
    }
    return names;
  }

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.4g", bytes / GIBIBYTE);
  }
}
