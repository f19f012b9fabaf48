package io.zoetrope.kernels.cpu.jit.op;

import static io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane.ALONE;
import static io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane.PAIR;
import static io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane.SAME;
import static io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane.WIDENED;

import io.zoetrope.encoding.CodeFormat;
import io.zoetrope.encoding.CodePlane;
import io.zoetrope.encoding.GroupedCodes;
import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel;
import io.zoetrope.kernels.cpu.jit.kernel.ScaleCodes;
import io.zoetrope.kernels.cpu.jit.kernel.WinogradTransform;
import io.zoetrope.kernels.cpu.jit.memory.LinuxMemory;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.WeightElements;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Optional;

/**
 * Makes panels of weights [columns, channels, taps...]. The elements of a panel at a time are read:
 * a whole weight is never in memory beside its packed form.
 */
final class WeightPacker {
  private static final int ALIGNMENT = 64;

  private final InstructionSet set;
  private final KernelCache kernels;
  private final WorkerPool<NativeWorkspace> pool;

  WeightPacker(InstructionSet set, KernelCache kernels, WorkerPool<NativeWorkspace> pool) {
    this.set = set;
    this.kernels = kernels;
    this.pool = pool;
  }

  /** Packs a weight as it is. */
  PackedWeight pack(Tensor weight, ProductOperands operands, Arena arena) {
    int tapSteps = weight.intSize(1) / operands.elementsOfStep();
    PackedWeight packed = allocate(weight, operands, packedSteps(weight, operands), arena);
    eachPanel(
        weight,
        operands,
        (panel, rows, workspace) -> packTaps(packed, panel, panel, tapSteps, rows, workspace));
    return packed;
  }

  /** How a weight would be packed: its panels without any memory. */
  PackedWeight form(Tensor weight, ProductOperands operands) {
    int steps = packedSteps(weight, operands);
    return new PackedWeight(
        MemorySegment.NULL, operands, weight.intSize(0), steps, panelBytes(operands, steps));
  }

  /**
   * Packs some panels of a matrix, into the first ones of others.
   *
   * @param first of the panels
   * @param count how many
   */
  void packPanels(
      WeightElements elements, PackedWeight into, int first, int count, NativeWorkspace workspace) {
    int depth = into.steps() * into.operands().elementsOfStep();
    for (int i = 0; i < count; i++) {
      int columns = into.columns() - (first + i) * set.panelWidth();
      if (columns < set.panelWidth()) {
        // What was there before might be no number.
        into.panel(i).fill((byte) 0);
      }
      NativeView rows =
          panelRows(elements, first + i, into.columns(), depth, into.operands(), workspace);
      packTaps(into, i, first + i, into.steps(), new Rows(rows, depth, 1), workspace);
      Reference.reachabilityFence(rows);
    }
  }

  /**
   * Packs the kernels of a weight [columns, channels, frames, 3, 3] after their transformation:
   * {@link Winograd#POSITIONS} taps in F32 for each frame.
   */
  PackedWeight transform(Tensor weight, Arena arena) {
    int channels = weight.intSize(1);
    int frames = weight.intSize(2);
    ProductOperands operands = ProductOperands.FLOATS;
    PackedWeight packed = allocate(weight, operands, transformedSteps(weight), arena);
    GeneratedFunction<WinogradTransform> transform =
        kernels.get(new WinogradTransform(set, Winograd.Part.WEIGHT));
    int directSteps = taps(weight) * channels;
    long tapBytes = (long) channels * operands.panelStepBytes(set);
    eachPanel(
        weight,
        operands,
        (panel, rows, workspace) -> {
          long bytes = (long) directSteps * operands.panelStepBytes(set);
          MemorySegment memory =
              workspace.piece(NativeWorkspace.Piece.RESULT, bytes).asSlice(0, bytes).fill((byte) 0);
          PackedWeight direct =
              new PackedWeight(memory, operands, packed.columns(), directSteps, bytes);
          packTaps(direct, 0, panel, channels, rows, workspace);
          long scratch =
              workspace
                  .piece(NativeWorkspace.Piece.SCRATCH, WinogradTransform.SCRATCH_BYTES)
                  .address();
          long kernelBytes = Winograd.KERNEL * Winograd.KERNEL * tapBytes;
          workspace
              .call(transform)
              .set(WinogradTransform.X, direct.at(0, 0), kernelBytes)
              .set(WinogradTransform.OUT, packed.at(panel, 0), Winograd.POSITIONS * tapBytes)
              .set(WinogradTransform.SQUARES, frames)
              .set(WinogradTransform.ELEMENTS, tapBytes / Float.BYTES)
              .set(WinogradTransform.X_ROWS, Winograd.KERNEL * tapBytes)
              .set(WinogradTransform.X_COLUMNS, tapBytes)
              .set(WinogradTransform.OUT_ROWS, Winograd.WINDOW * tapBytes)
              .set(WinogradTransform.OUT_COLUMNS, tapBytes)
              .set(WinogradTransform.SCRATCH, scratch)
              .run();
        });
    return packed;
  }

  /** Size of a weight that was {@link #pack packed}. */
  long packedBytes(Tensor weight, ProductOperands operands) {
    return bytes(weight, operands, packedSteps(weight, operands));
  }

  /** Size of a weight that was {@link #transform transformed}. */
  long transformedBytes(Tensor weight) {
    return bytes(weight, ProductOperands.FLOATS, transformedSteps(weight));
  }

  private static int packedSteps(Tensor weight, ProductOperands operands) {
    return taps(weight) * (weight.intSize(1) / operands.elementsOfStep());
  }

  private static int transformedSteps(Tensor weight) {
    return weight.intSize(2) * Winograd.POSITIONS * weight.intSize(1);
  }

  private long bytes(Tensor weight, ProductOperands operands, int steps) {
    return Math.ceilDiv(weight.intSize(0), set.panelWidth()) * panelBytes(operands, steps);
  }

  private long panelBytes(ProductOperands operands, int steps) {
    return (long) steps * operands.panelStepBytes(set);
  }

  private PackedWeight allocate(Tensor weight, ProductOperands operands, int steps, Arena arena) {
    MemorySegment panels = LinuxMemory.allocate(bytes(weight, operands, steps), ALIGNMENT, arena);
    return new PackedWeight(
        panels, operands, weight.intSize(0), steps, panelBytes(operands, steps));
  }

  private static int taps(Tensor weight) {
    return Math.toIntExact(weight.count() / weight.size(0) / weight.size(1));
  }

  /** Makes one panel. */
  @FunctionalInterface
  private interface PanelTask {
    /** Makes it of the columns that are given as rows. */
    void run(int panel, Rows rows, NativeWorkspace workspace);
  }

  /** Columns of a panel as rows of channels, each of which has all its taps. */
  private record Rows(NativeView view, int channels, int taps) {}

  private void eachPanel(Tensor weight, ProductOperands operands, PanelTask task) {
    WeightElements elements = WeightElements.of(weight);
    int columns = weight.intSize(0);
    int channels = weight.intSize(1);
    int taps = taps(weight);
    pool.run(
        Math.ceilDiv(columns, set.panelWidth()),
        (panel, workspace) -> {
          NativeView rows =
              panelRows(elements, panel, columns, channels * taps, operands, workspace);
          task.run(panel, new Rows(rows, channels, taps), workspace);
          Reference.reachabilityFence(rows);
        });
  }

  /**
   * The columns of a panel as rows of elements: where they lie, or in memory of the thread's own,
   * as generated code must not read what may vanish.
   */
  private NativeView panelRows(
      WeightElements elements,
      int panel,
      int columns,
      int depth,
      ProductOperands operands,
      NativeWorkspace workspace) {
    DType dtype = elements.dtype();
    long first = (long) panel * set.panelWidth() * depth;
    Optional<MemorySegment> memory = elements.inMemory().filter(MemorySegment::isNative);
    if (memory.isPresent()) {
      long address = memory.get().address() + first * dtype.bytes();
      return new NativeView(memory.get(), dtype, address);
    }
    int count = Math.min(set.panelWidth(), columns - panel * set.panelWidth());
    long pitch = (long) depth * dtype.bytes();
    MemorySegment rows = workspace.piece(NativeWorkspace.Piece.LEFT, count * pitch);
    Optional<CodeFormat> codes =
        elements.codes(depth).filter(format -> format.group() % ScaleCodes.GRANULE == 0);
    if (codes.isPresent()) {
      scaleCodes(elements, codes.get(), first, count, depth, operands, rows, workspace);
    } else if (elements.isExact() && !elements.areStoredIn(DType.F16)) {
      elements.read(first, rows.asSlice(0, count * pitch));
    } else {
      // Generated code widens halves and rounds faster than whoever decodes any format.
      DType read = elements.areStoredIn(DType.F16) ? DType.F16 : DType.F32;
      long wide = (long) depth * read.bytes();
      MemorySegment unrounded =
          workspace.piece(NativeWorkspace.Piece.UNROUNDED, count * wide).asSlice(0, count * wide);
      if (read == DType.F16) {
        elements.readBytes(first, unrounded);
      } else {
        elements.readUnrounded(first, unrounded);
      }
      workspace
          .call(kernels.get(new ConvertRows(set, read, dtype)))
          .set(ConvertRows.SOURCE, unrounded.address(), wide)
          .set(ConvertRows.DESTINATION, rows.address(), pitch)
          .set(ConvertRows.ROWS, count)
          .set(ConvertRows.COLUMNS, depth)
          .run();
    }
    return new NativeView(rows, dtype, rows.address());
  }

  /** Makes numbers of the codes of some rows, where they are stored if they can be taken there. */
  private void scaleCodes(
      WeightElements elements,
      CodeFormat format,
      long first,
      int rows,
      int depth,
      ProductOperands operands,
      MemorySegment to,
      NativeWorkspace workspace) {
    int count = rows * depth;
    Optional<CodePlane> stored =
        elements.plane(depth).filter(plane -> ScaleCodes.takes(format, plane));
    CodePlane plane = stored.orElseGet(() -> CodePlane.ofBytes(format.group(), false));
    long blocks = count / plane.block();
    long codeBytes = blocks * plane.bytes();
    int groups = count / format.group();
    long scaleBytes = (long) groups * Float.BYTES;
    MemorySegment memory = workspace.piece(NativeWorkspace.Piece.CODES, 2 * scaleBytes + codeBytes);
    MemorySegment codes = memory.asSlice(2 * scaleBytes, codeBytes);
    GroupedCodes unpacked = workspace.unpacked();
    if (stored.isEmpty()) {
      elements.unpack(first, rows, depth, unpacked);
      MemorySegment.copy(unpacked.codes(), 0, codes, ValueLayout.JAVA_BYTE, 0, count);
    } else {
      elements.readBytes(first, codes);
      if (!plane.hasScale()) {
        elements.scales(codes, first, rows, depth, unpacked);
      }
    }
    DType dtype = elements.dtype();
    boolean factors = operands == ProductOperands.HALVES;
    ScaleCodes recipe = ScaleCodes.of(set, format, plane, dtype, factors);
    Call<ScaleCodes> call =
        workspace
            .call(kernels.get(recipe))
            .set(ScaleCodes.CODES, codes.address() + plane.at(), plane.bytes())
            .set(ScaleCodes.DESTINATION, to.address(), (long) plane.block() * dtype.bytes())
            .set(ScaleCodes.ROWS, blocks);
    if (plane.hasScale()) {
      call.set(ScaleCodes.SCALES, codes.address() + plane.scale(), plane.bytes());
    } else {
      MemorySegment.copy(unpacked.scales(), 0, memory, ValueLayout.JAVA_FLOAT, 0, groups);
      MemorySegment.copy(unpacked.offsets(), 0, memory, ValueLayout.JAVA_FLOAT, scaleBytes, groups);
      long pitch = scaleBytes / blocks;
      call.set(ScaleCodes.SCALES, memory.address(), pitch)
          .set(ScaleCodes.OFFSETS, memory.address() + scaleBytes, pitch);
    }
    if (!plane.isSigned()) {
      call.setFloat(ScaleCodes.ZERO, format.zero());
    }
    if (recipe.group() == 0) {
      call.set(ScaleCodes.COLUMNS, plane.block());
    }
    call.run();
  }

  /**
   * Packs all taps of a panel.
   *
   * @param to panel of {@code packed}
   * @param panel of the weight
   */
  private void packTaps(
      PackedWeight packed, int to, int panel, int tapSteps, Rows rows, NativeWorkspace workspace) {
    int count = Math.min(set.panelWidth(), packed.columns() - panel * set.panelWidth());
    for (int tap = 0; tap < rows.taps(); tap++) {
      packTap(
          packed.operands(), packed.at(to, tap * tapSteps), count, tap, tapSteps, rows, workspace);
    }
  }

  private void packTap(
      ProductOperands operands,
      long to,
      int count,
      int tap,
      int tapSteps,
      Rows rows,
      NativeWorkspace workspace) {
    NativeView view = rows.view();
    int elementBytes = view.dtype().bytes();
    long columnBytes = (long) rows.channels() * rows.taps() * elementBytes;
    long from = view.address() + (long) tap * elementBytes;
    long tapBytes = (long) rows.taps() * elementBytes;
    int panelStep = operands.panelStepBytes(set);
    switch (operands) {
      case FLOATS -> {
        PackPanel.Lane lane = view.dtype() == DType.F32 ? SAME : WIDENED;
        new PanelLanes(lane, from, columnBytes, tapBytes, 0, to, panelStep)
            .pack(workspace, kernels, count, tapSteps);
      }
      case FLOATS_BY_HALVES ->
          packHalves(workspace, from, columnBytes, tapBytes, to, count, tapSteps);
      case HALVES -> {
        // Neighbours in memory are a lane as they are.
        PackPanel.Lane lane = rows.taps() == 1 ? SAME : PAIR;
        new PanelLanes(lane, from, columnBytes, 2 * tapBytes, tapBytes, to, panelStep)
            .pack(workspace, kernels, count, tapSteps);
      }
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
      new PanelLanes(PAIR, from, columnBytes, tapBytes, lanes * columnBytes, to, panelStep)
          .pack(workspace, kernels, pairs, steps);
    }
    int single = Math.min(count, lanes) - pairs;
    if (single > 0) {
      long first = from + pairs * columnBytes;
      long lane = to + (long) pairs * Integer.BYTES;
      new PanelLanes(ALONE, first, columnBytes, tapBytes, 0, lane, panelStep)
          .pack(workspace, kernels, single, steps);
    }
  }
}
