package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.kernel.BlockProduct;
import io.zoetrope.kernels.cpu.jit.kernel.FillRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.PlacedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Function;

/** What the operations built on the microkernel share: its calls, and packed weights. */
public final class Products {
  /** Most steps of a product: a panel of this depth stays in the L1 cache while A passes. */
  static final int STEPS = 256;

  private final InstructionSet set;
  private final KernelCache kernels;
  private final WorkerPool<NativeWorkspace> pool;
  private final RowRunner rows;
  private final WeightPacker packer;

  /** Makes products for an instruction set, with the threads that compute them. */
  public Products(
      InstructionSet set, KernelCache kernels, WorkerPool<NativeWorkspace> pool, RowRunner rows) {
    this.set = set;
    this.kernels = kernels;
    this.pool = pool;
    this.rows = rows;
    packer = new WeightPacker(set, kernels, pool);
  }

  InstructionSet set() {
    return set;
  }

  KernelCache kernels() {
    return kernels;
  }

  WorkerPool<NativeWorkspace> pool() {
    return pool;
  }

  RowRunner rows() {
    return rows;
  }

  /** Columns of a panel. */
  int panelWidth() {
    return set.panelWidth();
  }

  int panels(int columns) {
    return Math.ceilDiv(columns, panelWidth());
  }

  /** A depth in parts of nearly the same length, whole steps of the matrix unit each. */
  static int stepsAtOnce(int depth) {
    int parts = Math.ceilDiv(depth, STEPS + STEPS / 2);
    int granule = BlockProduct.TILE_STEPS;
    return Math.ceilDiv(Math.ceilDiv(depth, parts), granule) * granule;
  }

  /** What an activation and a weight are multiplied as. */
  ProductOperands operands(DType activation, DType weight, int depth) {
    if (weight != DType.BF16) {
      return ProductOperands.FLOATS;
    }
    boolean pairs = depth % ProductOperands.HALVES.elementsOfStep() == 0;
    return activation == DType.BF16 && set.multipliesHalves() && pairs
        ? ProductOperands.HALVES
        : ProductOperands.FLOATS_BY_HALVES;
  }

  /** Places of A, B and C in memory, and how far apart their rows and panels are, in bytes. */
  record Place(long a, long aPitch, long b, long bPitch, long c, long cPitch) {}

  /**
   * {@code C (+)= sum over taps of A_tap B_tap}.
   *
   * @param offsets address of the taps' byte offsets of A
   * @param steps of each tap
   * @param rows of A and C
   * @param panels of B and C
   * @param accumulate whether to add to what C holds
   */
  void multiply(
      NativeWorkspace workspace,
      ProductOperands operands,
      Place at,
      long offsets,
      int taps,
      int steps,
      int rows,
      int panels,
      boolean accumulate) {
    boolean tiles =
        set == InstructionSet.AMX
            && operands == ProductOperands.HALVES
            && steps % BlockProduct.TILE_STEPS == 0;
    // Tiles of nearly the same height: a low one at the end would leave the units waiting.
    int rowTiles = Math.ceilDiv(rows, BlockProduct.mostRows(set, tiles));
    int low = rows / rowTiles;
    int high = rows % rowTiles;
    long a = at.a();
    long c = at.c();
    for (int height = low + 1; height >= low; height--) {
      int count = height == low ? rowTiles - high : high;
      if (count > 0) {
        workspace
            .call(kernels.get(new BlockProduct(set, operands, tiles, height, accumulate)))
            .set(BlockProduct.A, a, at.aPitch())
            .set(BlockProduct.OFFSETS, offsets)
            .set(BlockProduct.TAPS, taps)
            .set(BlockProduct.B, at.b(), at.bPitch())
            .set(BlockProduct.C, c, at.cPitch())
            .set(BlockProduct.STEPS, steps)
            .set(BlockProduct.ROW_TILES, count)
            .set(BlockProduct.PANELS, panels)
            .run();
        a += height * count * at.aPitch();
        c += height * count * at.cPitch();
      }
    }
  }

  /** Fills rows of F32 numbers. */
  void fill(NativeWorkspace workspace, long to, long pitch, int rows, int columns, float value) {
    workspace
        .call(kernels.get(new FillRows(set, DType.F32)))
        .set(FillRows.DESTINATION, to, pitch)
        .set(FillRows.ROWS, rows)
        .set(FillRows.COLUMNS, columns)
        .setFloat(FillRows.VALUE, value)
        .run();
  }

  /** Makes a list of one offset, zero, and returns its address. */
  static long noOffset(NativeWorkspace workspace) {
    MemorySegment list = workspace.piece(NativeWorkspace.Piece.OFFSETS, Long.BYTES);
    list.set(ValueLayout.JAVA_LONG, 0, 0);
    return list.address();
  }

  /**
   * The packed form of a weight [columns, channels, taps...]: kept with a placed weight, made for
   * this call with any other tensor.
   */
  PackedWeight packed(Tensor weight, ProductOperands operands) {
    return kept(weight, operands, false, arena -> packer.pack(weight, operands, arena));
  }

  /** The same of kernels that {@link WeightPacker#transform} has transformed. */
  PackedWeight transformed(Tensor weight) {
    return kept(weight, ProductOperands.FLOATS, true, arena -> packer.transform(weight, arena));
  }

  /** Makes panels of matrices that are read as they are stored. */
  WeightPacker packer() {
    return packer;
  }

  long packedBytes(Tensor weight, ProductOperands operands) {
    return packer.packedBytes(weight, operands);
  }

  long transformedBytes(Tensor weight) {
    return packer.transformedBytes(weight);
  }

  private PackedWeight kept(
      Tensor weight,
      ProductOperands operands,
      boolean transformed,
      Function<Arena, PackedWeight> make) {
    if (weight.storage() instanceof PlacedWeight storage) {
      var part = new PlacedWeight.Part(weight.offset(), weight.shape(), set, operands, transformed);
      return storage
          .packed()
          .computeIfAbsent(part, _ -> timed(weight, make, weight.lifetime().arena()));
    }
    return timed(weight, make, Arena.ofAuto());
  }

  private PackedWeight timed(Tensor weight, Function<Arena, PackedWeight> make, Arena arena) {
    long start = System.nanoTime();
    PackedWeight packed = make.apply(arena);
    pool.watcher().packed(weight.storage().name(), start, System.nanoTime() - start);
    return packed;
  }
}
