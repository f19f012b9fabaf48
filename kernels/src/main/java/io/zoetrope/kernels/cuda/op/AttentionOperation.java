package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.ops.Attention;
import io.zoetrope.tensor.Tensor;

/** Attention: {@code attention_bf16.cu} on the tensor cores, {@code attention_f32.cu} otherwise. */
public final class AttentionOperation {
  private static final int[] HEAD_DIMS = {32, 64, 128, 256, 384};
  private static final int TILE_QUERIES = 64;
  private static final int TILE_KEYS = 64;
  private static final int TILE_THREADS = 128;
  private static final int TILE_VALUES = 128;
  private static final int FLOAT_TILE = 16;

  /** Fewest keys that are worth a block of their own. */
  private static final int KEYS_OF_SPLIT = 256;

  private final Launcher launcher;

  /** Attention on a device. */
  public AttentionOperation(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs an attention. */
  public void run(Attention op) {
    if (op.out().count() == 0) {
      return;
    }
    int headDim = headDim(op);
    boolean wideRows =
        (op.q().stride(0) | op.k().stride(0) | op.v().stride(0)) % Launcher.VECTOR == 0
            && headDim <= HEAD_DIMS[HEAD_DIMS.length - 1];
    if (wideRows && Launcher.fitTensorCores(headDim, op.out(), op.q(), op.k(), op.v())) {
      onTensorCores(op);
    } else {
      inFloat(op);
    }
  }

  private static int headDim(Attention op) {
    return op.q().intSize(1) / op.heads();
  }

  private void onTensorCores(Attention op) {
    Tensor out = op.out();
    Tensor q = op.q();
    int heads = op.heads();
    int headDim = headDim(op);
    int kernelDim = kernelDim(headDim);
    int slices = Math.ceilDiv(headDim, Math.min(kernelDim, TILE_VALUES));
    int tiles = Math.toIntExact(Launcher.ceilDiv(q.size(0), TILE_QUERIES));
    long keysPerSplit = keysPerSplit(op.k().size(0), (long) tiles * heads * slices);
    int splits = Math.toIntExact(Launcher.ceilDiv(op.k().size(0), keysPerSplit));
    long sums = 0;
    long scales = 0;
    if (splits > 1) {
      long sumBytes = splits * out.count() * Float.BYTES;
      sums = launcher.workspace().atLeast(sumBytes + splits * q.size(0) * heads * 2 * Float.BYTES);
      scales = sums + sumBytes;
    }
    launcher.grid(
        "attention_bf16_" + kernelDim,
        tiles,
        heads,
        slices * splits,
        TILE_THREADS,
        sharedBytes(kernelDim),
        address(out),
        sums,
        scales,
        address(q),
        address(op.k()),
        address(op.v()),
        address(op.bias()),
        op.scale(),
        shape(op, keysPerSplit, splits));
    if (splits > 1) {
      launcher.blocks(
          "attention_combine",
          Launcher.ceilDiv(out.count(), 256),
          address(out),
          sums,
          scales,
          q.size(0),
          heads,
          headDim,
          splits);
    }
  }

  /** Splits the keys, in whole tiles, when there are too few blocks for the device otherwise. */
  private long keysPerSplit(long keys, long blocks) {
    long wanted = Launcher.ceilDiv(2L * launcher.runtime().multiprocessors(), blocks);
    long splits = Math.clamp(keys / KEYS_OF_SPLIT, 1, Math.max(1, wanted));
    return Launcher.ceilDiv(Launcher.ceilDiv(keys, splits), TILE_KEYS) * TILE_KEYS;
  }

  private static int kernelDim(int headDim) {
    for (int dim : HEAD_DIMS) {
      if (headDim <= dim) {
        return dim;
      }
    }
    throw new IllegalArgumentException("no tensor-core kernel for head dim " + headDim);
  }

  private static int sharedBytes(int dim) {
    int keys = dim > TILE_VALUES ? TILE_KEYS / 2 : TILE_KEYS;
    return 2 * (TILE_QUERIES * dim + keys * (dim + Math.min(dim, TILE_VALUES)));
  }

  private void inFloat(Attention op) {
    launcher.grid(
        "attention_f32",
        Math.toIntExact(Launcher.ceilDiv(op.q().size(0), FLOAT_TILE)),
        op.heads(),
        1,
        FLOAT_TILE * FLOAT_TILE,
        Float.BYTES * FLOAT_TILE * (4 * (headDim(op) + 1) + FLOAT_TILE + 1),
        address(op.out()),
        address(op.q()),
        address(op.k()),
        address(op.v()),
        isBf16(op.q()),
        address(op.bias()),
        op.scale(),
        shape(op, op.k().size(0), 1));
  }

  /** The members of {@code AttentionShape} in {@code attention_shape.cuh}. */
  private static long[] shape(Attention op, long keysPerSplit, long splits) {
    Tensor bias = op.bias();
    return new long[] {
      op.q().size(0),
      op.k().size(0),
      headDim(op),
      op.q().stride(0),
      op.k().stride(0),
      op.v().stride(0),
      op.out().size(1),
      bias == null || bias.size(0) == 1 ? 0 : bias.size(1) * bias.size(2),
      bias == null || bias.size(1) == 1 ? 0 : bias.size(2),
      keysPerSplit,
      splits
    };
  }
}
