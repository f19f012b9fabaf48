package io.zoetrope.pipeline.family;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.weights.BudgetedWeights;
import io.zoetrope.weights.WeightSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * A model whose transformers may be larger than memory: of the matrices of their blocks so many
 * stay in memory, as they are multiplied by, as a budget allows, block after block; all others are
 * read as they are stored by each product: from their file, a block ahead, or from the memory of a
 * card, as far as it decodes their form. Clips are the same.
 */
public final class BudgetedModel extends ChangedModel {
  private static final double GIBIBYTE = 1L << 30;

  /** Weights that take less where they are stored fit every machine that computes with them. */
  private static final long LARGE = 1L << 30;

  private final LongSupplier room;
  private final boolean isAsked;
  private final Backend device;
  private final DType rounding;
  private final Consumer<String> told;
  private final long large;

  /**
   * The same model with a budget.
   *
   * @param budget bytes of matrices that stay in memory
   * @param device what computes
   * @param rounding what wider weights of the transformers are rounded to
   */
  public BudgetedModel(ModelSource model, long budget, Backend device, DType rounding) {
    super(model);
    this.room = () -> budget;
    this.isAsked = true;
    this.device = device;
    this.rounding = rounding;
    this.told = _ -> {};
    this.large = 0;
  }

  /**
   * The same model with the budget that there is: for transformers that are too large for it.
   *
   * @param room bytes that there are for matrices; asked for where weights are large
   * @param device what computes
   * @param rounding what wider weights of the transformers are rounded to
   * @param told is told once, in a line, if some matrices have no room
   */
  public BudgetedModel(
      ModelSource model, LongSupplier room, Backend device, DType rounding, Consumer<String> told) {
    this(model, room, device, rounding, told, LARGE);
  }

  /**
   * The same for smaller models, too.
   *
   * @param large stored bytes from which on there is a look at the room
   */
  BudgetedModel(
      ModelSource model,
      LongSupplier room,
      Backend device,
      DType rounding,
      Consumer<String> told,
      long large) {
    super(model);
    this.room = room;
    this.isAsked = false;
    this.device = device;
    this.rounding = rounding;
    AtomicBoolean isTold = new AtomicBoolean();
    this.told =
        line -> {
          if (!isTold.getAndSet(true)) {
            told.accept(line);
          }
        };
    this.large = large;
  }

  /**
   * A block of a transformer.
   *
   * @param packed bytes of its matrices as they are multiplied by
   * @param stored bytes of memory that they take if they stay as they are stored
   */
  private record Block(String name, List<String> matrices, long packed, long stored) {}

  /**
   * Opens the weights.
   *
   * @throws PipelineException if the budget is below what a block takes
   */
  @Override
  public WeightSource weights(String component) {
    WeightSource weights = super.weights(component);
    boolean isMeant = FormedModel.TRANSFORMERS.contains(component);
    if (!isMeant || weights.byteSize() < large) {
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
    List<Block> blocks = blocks(weights);
    Optional<Block> largest = blocks.stream().max(Comparator.comparingLong(Block::packed));
    if (isAsked && largest.isPresent() && largest.get().packed() > budget) {
      throw new PipelineException(
          "a budget of %s GiB for weights has no room for %s, which takes %s GiB: give at least that, or --weights stored"
              .formatted(
                  gibibytes(budget), largest.get().name(), gibibytes(largest.get().packed())));
    }
    int kept = kept(blocks, budget);
    if (kept == blocks.size()) {
      return weights;
    }
    told.accept(
        "memory for weights is %s GiB: %d of %d blocks of %s are decoded anew in each step, which takes longer; clips are the same"
            .formatted(
                gibibytes(Math.max(0, budget)),
                blocks.size() - kept,
                blocks.size(),
                weights.description()));
    return new BudgetedWeights(
        weights, blocks.subList(kept, blocks.size()).stream().map(Block::matrices).toList());
  }

  /** How many blocks, the first ones, stay packed: as many as leave room for all others. */
  private static int kept(List<Block> blocks, long budget) {
    long taken = blocks.stream().mapToLong(Block::stored).sum();
    int kept = 0;
    while (kept < blocks.size()) {
      taken += blocks.get(kept).packed() - blocks.get(kept).stored();
      if (taken > budget) {
        break;
      }
      kept++;
    }
    return kept;
  }

  /** Weights of which no matrix of a block stays in memory. */
  static WeightSource streamed(WeightSource weights) {
    return new BudgetedWeights(
        weights,
        grouped(weights).values().stream()
            .map(block -> block.stream().map(StoredTensor::name).toList())
            .toList());
  }

  /** Bytes of the blocks of a transformer as they are multiplied by. */
  public static long blockBytes(WeightSource weights, DType rounding) {
    return matrices(weights).stream().mapToLong(matrix -> packedBytes(matrix, rounding)).sum();
  }

  private static long packedBytes(StoredTensor matrix, DType rounding) {
    return matrix.count() * matrix.used(rounding).bytes();
  }

  /** Blocks in the order of their numbers. */
  private List<Block> blocks(WeightSource weights) {
    return grouped(weights).entrySet().stream()
        .map(block -> block(block.getKey(), block.getValue()))
        .toList();
  }

  private static Map<String, List<StoredTensor>> grouped(WeightSource weights) {
    return matrices(weights).stream()
        .collect(
            Collectors.groupingBy(
                FormedModel::blockOf,
                () -> new TreeMap<>(Comparator.comparing(BudgetedModel::numbered)),
                Collectors.toList()));
  }

  private Block block(String name, List<StoredTensor> matrices) {
    long packed = 0;
    long stored = 0;
    for (StoredTensor matrix : matrices) {
      long bytes = packedBytes(matrix, rounding);
      packed += bytes;
      stored += device.storedBytes(matrix).orElse(bytes);
    }
    return new Block(name, matrices.stream().map(StoredTensor::name).toList(), packed, stored);
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

  private static String gibibytes(long bytes) {
    return String.format(Locale.ROOT, "%.4g", bytes / GIBIBYTE);
  }
}
