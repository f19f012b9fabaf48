package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.kernels.cuda.memory.StoredWeight;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ElementOperation;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.ElementOperation.Clamp;
import io.zoetrope.ops.ElementOperation.Embedding;
import io.zoetrope.ops.ElementOperation.Multiply;
import io.zoetrope.ops.ElementOperation.UpsampleNearest;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;

/** Sums, products, activations, table look-ups and resizing. */
public final class ElementOperations {
  /** Vectors begin at its multiples. */
  private static final long ALIGNMENT = 256;

  private final Launcher launcher;

  /** Element operations on a device. */
  public ElementOperations(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs an operation. */
  public void run(ElementOperation operation) {
    switch (operation) {
      case Add op -> combine("add", op.out(), op.a(), op.b());
      case Multiply op -> combine("multiply", op.out(), op.a(), op.b());
      case Activate op -> activate(op.out(), op.x(), op.activation());
      case Clamp op -> clamp(op.out(), op.min(), op.max());
      case Embedding op -> embedding(op.out(), op.table(), op.ids());
      case UpsampleNearest op -> upsampleNearest(op.out(), op.x(), op.exact());
    }
  }

  private void combine(String kernel, Tensor out, Tensor a, Tensor b) {
    launcher.elements(
        kernel,
        a.count(),
        address(out),
        address(a),
        isBf16(a),
        address(b),
        isBf16(b),
        a.count(),
        b.count());
  }

  private void activate(Tensor out, Tensor x, Activation activation) {
    launcher.elements(
        "activate",
        x.count(),
        address(out),
        address(x),
        isBf16(x),
        x.count(),
        activation.ordinal());
  }

  private void clamp(Tensor x, float min, float max) {
    launcher.elements("clamp", x.count(), address(x), isBf16(x), x.count(), min, max);
  }

  private void embedding(Tensor out, Tensor table, int[] ids) {
    if (out.count() == 0) {
      return;
    }
    Optional<StoredWeight> stored = DeviceStorage.storedOf(table);
    long features = table.size(1);
    long rowBytes = features * table.dtype().bytes();
    long idBytes = Math.ceilDiv((long) ids.length * Integer.BYTES, ALIGNMENT) * ALIGNMENT;
    long idsAddress =
        launcher.workspace().atLeast(idBytes + (stored.isPresent() ? ids.length * rowBytes : 0));
    long from = stored.isPresent() ? idsAddress + idBytes : address(table);
    // Of a table that stays as it is stored, the rows that are asked for are decoded alone.
    stored.ifPresent(weight -> {
      for (int i = 0; i < ids.length; i++) {
        weight.decode(from + i * rowBytes, table.offset() + ids[i] * features, features);
      }
    });
    int[] rows = stored.isPresent() ? IntStream.range(0, ids.length).toArray() : ids;
    launcher.runtime().copyToDevice(idsAddress, MemorySegment.ofArray(rows));
    launcher.blocks(
        "embedding",
        ids.length,
        address(out),
        isBf16(out),
        from,
        isBf16(table),
        idsAddress,
        table.intSize(1));
  }

  private void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    launcher.elements(
        "upsample_nearest",
        out.count(),
        address(out),
        address(x),
        isBf16(x),
        exact ? 0.5f : 0f,
        new long[] {
          x.size(0), x.size(1), x.size(2), out.size(0), out.size(1), out.size(2), x.size(3)
        });
  }
}
