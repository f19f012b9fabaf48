package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Operation;
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
  private long flops;

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
    flops += operation.matrixFlops() + operation.elementFlops();
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

  /** Arithmetic of all operations, as {@link Tracer.Operation} counts it. */
  long flops() {
    return flops;
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
    double bytes = bytesReadAnew + weightBytes.values().stream().mapToLong(Long::longValue).sum();
    return seconds + bytes * rates.packingSecondsPerByte();
  }
}
