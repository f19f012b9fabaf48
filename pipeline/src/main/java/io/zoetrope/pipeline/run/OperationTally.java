package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The operations of a stage; those of the same name and shapes are counted together. */
final class OperationTally {
  private record Kind(String name, Tracer.Operand output, List<Tracer.Operand> inputs) {}

  private static final class Entry {
    private final Operation first;
    private long count;

    private Entry(Operation first) {
      this.first = first;
    }
  }

  /** A weight, or a part of one. */
  private record Weight(Storage storage, long offset, Shape shape) {}

  private final Backend device;
  private final Map<Kind, Entry> entries = new LinkedHashMap<>();
  private final Map<Weight, Long> weightBytes = new HashMap<>();
  private double bytesReadAnew;
  private long matrixFlops;
  private long elementFlops;

  /**
   * Nothing yet.
   *
   * @param device says how large it makes weights
   */
  OperationTally(Backend device) {
    this.device = device;
  }

  /** Counts an operation. */
  void add(Operation operation) {
    Kind kind =
        new Kind(
            operation.name(),
            operation.output(),
            operation.inputs().stream()
                .map(input -> new Tracer.Operand(input.dtype(), input.shape()))
                .toList());
    entries.computeIfAbsent(kind, _ -> new Entry(operation)).count++;
    matrixFlops += operation.matrixFlops();
    elementFlops += operation.elementFlops();
    for (Tensor weight : operation.weights()) {
      if (weight.storage().isReadAnew()) {
        bytesReadAnew += weight.byteSize();
        continue;
      }
      weightBytes.put(
          new Weight(weight.storage(), weight.offset(), weight.shape()),
          device.weightBytes(operation, weight));
    }
  }

  /** Counts operations once more, with weights that are packed for them each time. */
  void addAgain(OperationTally other) {
    other.entries.forEach((kind, entry) ->
        entries.computeIfAbsent(kind, _ -> new Entry(entry.first)).count += entry.count);
    bytesReadAnew += other.bytesReadAnew + other.packedBytes();
    matrixFlops += other.matrixFlops;
    elementFlops += other.elementFlops;
  }

  /** Leaves out weights that were there for other operations already. */
  void removeWeightsOf(OperationTally before) {
    weightBytes.keySet().removeAll(before.weightBytes.keySet());
  }

  /** Arithmetic of all operations, as {@link Tracer.Operation} counts it. */
  long flops() {
    return matrixFlops + elementFlops;
  }

  /** Multiplications and additions of all matrix work, as {@link Ops#flops} counts them. */
  long matrixFlops() {
    return matrixFlops;
  }

  /**
   * Seconds that they take, one after the other, each weight being packed once, or for each
   * operation where it is read as it is stored.
   */
  double seconds(OperationRates rates) {
    double seconds = 0;
    for (Entry entry : entries.values()) {
      seconds += entry.count * rates.seconds(entry.first);
    }
    return seconds + (bytesReadAnew + packedBytes()) * rates.packingSecondsPerByte();
  }

  private long packedBytes() {
    return weightBytes.values().stream().mapToLong(Long::longValue).sum();
  }
}
