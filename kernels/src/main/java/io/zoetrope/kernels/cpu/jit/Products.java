package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/** What the operations built on the microkernel share: its calls, and packed weights. */
final class Products {
  /** Most steps of a product: a panel of this depth stays in the L1 cache while A passes. */
  static final int STEPS = 256;

  private static final int ALIGNMENT = 64;

  private final InstructionSet set;
  private final KernelCache kernels;
  private final WorkerPool<NativeWorkspace> pool;
  private final RowRunner rows;

  Products(
      InstructionSet set, KernelCache kernels, WorkerPool<NativeWorkspace> pool, RowRunner rows) {
    this.set = set;
    this.kernels = kernels;
    this.pool = pool;
    this.rows = rows;
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
    return 2 * set.lanes();
  }

  int panels(int columns) {
    return Math.ceilDiv(columns, panelWidth());
  }

  /** What an activation and a weight are multiplied as. */
  ProductOperands operands(DType activation, DType weight, int depth) {
    // Every number of 8 bits is one of bfloat16, too.
    if (weight != DType.BF16 && weight.bits() != Byte.SIZE) {
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
        workspace.call(
            kernels.get(new BlockProduct(set, operands, tiles, height, accumulate)),
            a,
            at.aPitch(),
            offsets,
            taps,
            at.b(),
            at.bPitch(),
            c,
            at.cPitch(),
            steps,
            count,
            panels);
        a += height * count * at.aPitch();
        c += height * count * at.cPitch();
      }
    }
  }

  /** Address of a list of one offset, zero. */
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
    if (weight.storage() instanceof PlacedWeight storage) {
      var part = new PlacedWeight.Part(weight.offset(), weight.shape(), set, operands);
      return storage
          .packed()
          .computeIfAbsent(part, _ -> pack(weight, operands, weight.lifetime().arena()));
    }
    return pack(weight, operands, Arena.ofAuto());
  }

  private PackedWeight pack(Tensor weight, ProductOperands operands, Arena arena) {
    Source source = Source.of(weight);
    int columns = weight.intSize(0);
    int channels = weight.intSize(1);
    int taps = Math.toIntExact(weight.count() / columns / channels);
    int tapSteps = channels / operands.elementsOfStep();
    int steps = taps * tapSteps;
    long panelBytes = (long) steps * operands.panelStepBytes(set);
    MemorySegment panels = LinuxMemory.allocate(panels(columns) * panelBytes, ALIGNMENT, arena);
    PackedWeight packed = new PackedWeight(panels, operands, columns, steps, panelBytes);
    long panelElements = (long) panelWidth() * channels * taps;
    pool.run(
        panels(columns),
        (panel, workspace) -> {
          NativeView rows = panelRows(source, panel, columns, channels * taps, workspace);
          for (int tap = 0; tap < taps; tap++) {
            packPanel(packed, panel, tap, tapSteps, rows, channels, taps, workspace);
          }
          // A panel at a time: a whole weight is never in memory beside its packed form.
          source.release(panel * panelElements, panelElements);
        });
    Reference.reachabilityFence(source);
    source.release(0, weight.count());
    return packed;
  }

  /**
   * Where the elements of a weight come from.
   *
   * @param view of them as they are stored
   * @param dtype that they are packed from
   */
  private record Source(NativeView view, DType dtype) {
    static Source of(Tensor weight) {
      Tensor unrounded = PlacedWeight.unrounded(weight);
      boolean halves = weight.dtype() == DType.BF16 || weight.dtype().bits() == Byte.SIZE;
      return new Source(NativeView.of(unrounded), halves ? DType.BF16 : DType.F32);
    }

    /** Gives back the pages of elements that were packed, if they are those of a file. */
    void release(long first, long count) {
      MemorySegment memory = view.memory();
      long from = view.at(first) - memory.address();
      long bytes = Math.min(count * view.dtype().bytes(), memory.byteSize() - from);
      LinuxMemory.release(memory.asSlice(from, bytes));
    }
  }

  /** The columns of a panel as rows of elements, converted if need be. */
  private NativeView panelRows(
      Source source, int panel, int columns, int depth, NativeWorkspace workspace) {
    NativeView view = source.view();
    long first = (long) panel * panelWidth() * depth;
    if (view.dtype() == source.dtype()) {
      return new NativeView(view.memory(), view.dtype(), view.at(first));
    }
    int count = Math.min(panelWidth(), columns - panel * panelWidth());
    long pitch = (long) depth * source.dtype().bytes();
    MemorySegment rows = workspace.piece(NativeWorkspace.Piece.LEFT, count * pitch);
    if (view.dtype() == DType.F32) {
      workspace.call(
          kernels.get(new ConvertRows(set, DType.F32, source.dtype())),
          view.at(first),
          (long) depth * Float.BYTES,
          rows.address(),
          pitch,
          count,
          depth);
    } else {
      long start = (view.at(first) - view.memory().address()) / view.dtype().bytes();
      for (long i = 0; i < (long) count * depth; i++) {
        float value = Conversions.toFloat(view.memory(), view.dtype(), start + i);
        Conversions.fromFloat(rows, source.dtype(), i, value);
      }
    }
    return new NativeView(rows, source.dtype(), rows.address());
  }

  private void packPanel(
      PackedWeight packed,
      int panel,
      int tap,
      int tapSteps,
      NativeView source,
      int channels,
      int taps,
      NativeWorkspace workspace) {
    int elementBytes = source.dtype().bytes();
    long columnBytes = (long) channels * taps * elementBytes;
    int count = Math.min(panelWidth(), packed.columns() - panel * panelWidth());
    long from = source.address() + (long) tap * elementBytes;
    long to = packed.at(panel, tap * tapSteps);
    long tapBytes = (long) taps * elementBytes;
    int panelStep = packed.operands().panelStepBytes(set);
    switch (packed.operands()) {
      case FLOATS ->
          workspace.call(
              kernels.get(new PackPanel(PackPanel.Lane.SAME)),
              from,
              columnBytes,
              tapBytes,
              to,
              panelStep,
              count,
              tapSteps);
      case FLOATS_BY_HALVES ->
          packHalves(workspace, from, columnBytes, tapBytes, to, count, tapSteps);
      case HALVES ->
          workspace.call(
              kernels.get(new PackPanel(taps == 1 ? PackPanel.Lane.SAME : PackPanel.Lane.PAIR)),
              from,
              columnBytes,
              2 * tapBytes,
              to,
              panelStep,
              count,
              tapSteps,
              tapBytes);
    }
  }

  /** Columns a vector apart share a lane; where the upper one is missing its half stays zero. */
  private void packHalves(
      NativeWorkspace workspace,
      long from,
      long columnBytes,
      long tapBytes,
      long to,
      int count,
      int steps) {
    int lanes = set.lanes();
    int panelStep = ProductOperands.FLOATS_BY_HALVES.panelStepBytes(set);
    int pairs = Math.max(0, count - lanes);
    if (pairs > 0) {
      workspace.call(
          kernels.get(new PackPanel(PackPanel.Lane.PAIR)),
          from,
          columnBytes,
          tapBytes,
          to,
          panelStep,
          pairs,
          steps,
          lanes * columnBytes);
    }
    int single = Math.min(count, lanes) - pairs;
    if (single > 0) {
      workspace.call(
          kernels.get(new PackPanel(PackPanel.Lane.ALONE)),
          from + pairs * columnBytes,
          columnBytes,
          tapBytes,
          to + (long) pairs * Integer.BYTES,
          panelStep,
          single,
          steps);
    }
  }
}
