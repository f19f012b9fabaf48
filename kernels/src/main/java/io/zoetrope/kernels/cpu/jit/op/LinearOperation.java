package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.blocks.MatrixBlocks;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.ops.WeightElements;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.List;

/**
 * Linear maps, blocked for the caches after Goto and van de Geijn, "Anatomy of High-Performance
 * Matrix Multiplication" (2008): a task holds a block of C and, for each block of the depth, a
 * block of A in L2; one panel of B after the other passes through L1. A is read in place where its
 * dtype allows it.
 */
public final class LinearOperation {
  private final Products products;

  /** Makes the operation on top of products of blocks. */
  public LinearOperation(Products products) {
    this.products = products;
  }

  /** Computes a map, or several of the same rows, whose tasks share the threads. */
  public void run(LinearMap map) {
    switch (map) {
      case Linear op -> runAll(List.of(call(op)));
      case Linears op -> runAll(op.parts().stream().map(this::call).toList());
      case LinearAdd op -> {
        Join join = op.gate() == null ? Join.ADD : Join.ADD_GATED;
        runAll(List.of(call(op.x(), op.weight(), into(op.out(), op.bias(), join, op.gate()))));
      }
      case LinearMultiply op ->
          runAll(
              List.of(call(op.x(), op.weight(), into(op.out(), op.bias(), Join.MULTIPLY, null))));
    }
  }

  private Call call(Linear op) {
    var epilogue =
        new BlockEpilogue(products, op.out(), op.bias(), op.activation(), Join.NONE, null, null);
    return call(op.x(), op.weight(), epilogue);
  }

  private BlockEpilogue into(Tensor out, Tensor bias, Join join, Tensor gate) {
    return new BlockEpilogue(products, out, bias, Activation.NONE, join, out, gate);
  }

  private Call call(Tensor x, Tensor weight, BlockEpilogue epilogue) {
    ProductOperands operands = products.operands(x.dtype(), weight.dtype(), weight.intSize(1));
    return weight.storage().isReadAnew()
        ? new StoredCall(x, weight, operands, epilogue)
        : new PackedCall(x, products.packed(weight, operands), epilogue);
  }

  private void runAll(List<Call> calls) {
    int total = calls.stream().mapToInt(Call::tasks).sum();
    products
        .pool()
        .run(
            total,
            (task, workspace) -> {
              int rest = task;
              int call = 0;
              while (rest >= calls.get(call).tasks()) {
                rest -= calls.get(call++).tasks();
              }
              calls.get(call).run(rest, workspace);
            });
    calls.forEach(call -> call.epilogue.finish());
    Reference.reachabilityFence(calls);
  }

  /**
   * Bytes of the panels that all threads keep for the products of a map by weights that are read as
   * they are stored.
   */
  public long workspaceBytes(LinearMap map) {
    long most =
        map.weights().stream()
            .filter(weight -> weight.storage().isReadAnew())
            .mapToLong(weight -> storedBytes(map.x(), weight))
            .max()
            .orElse(0);
    return most * products.pool().threads();
  }

  /** Panels of a task, and the rows of one of them before they are packed. */
  private long storedBytes(Tensor x, Tensor weight) {
    int depth = weight.intSize(1);
    MatrixBlocks blocks = storedBlocks(x, weight);
    ProductOperands operands = products.operands(x.dtype(), weight.dtype(), depth);
    long panelBytes = products.packer().form(weight, operands).panelBytes();
    return products.panels(columnsAtOnce(blocks)) * panelBytes
        + (long) products.panelWidth() * depth * weight.dtype().bytes();
  }

  private MatrixBlocks storedBlocks(Tensor x, Tensor weight) {
    return new MatrixBlocks(
        x.intSize(0),
        weight.intSize(0),
        weight.intSize(1),
        products.panelWidth(),
        products.pool().threads(),
        true);
  }

  /**
   * Columns that are packed before they are multiplied: where no further rows follow, those of a
   * panel, which is still in the cache then.
   */
  private int columnsAtOnce(MatrixBlocks blocks) {
    return blocks.rowBlocks() == 1 ? products.panelWidth() : blocks.blockColumns();
  }

  /** One map, cut in blocks. */
  private abstract class Call {
    private final int depth;
    private final NativeView x;
    private final BlockEpilogue epilogue;

    Call(Tensor x, BlockEpilogue epilogue) {
      this.depth = x.intSize(1);
      this.x = NativeView.of(x);
      this.epilogue = epilogue;
    }

    abstract int tasks();

    abstract void run(int task, NativeWorkspace workspace);

    /**
     * Computes a block.
     *
     * @param weight holds the columns of the block, from one of its panels on
     * @param panel that one
     */
    final void multiply(
        MatrixBlocks.Block block, PackedWeight weight, int panel, NativeWorkspace workspace) {
      int firstRow = block.firstRow();
      int firstColumn = block.firstColumn();
      int height = block.height();
      int width = block.width();
      if (height == 0) {
        return;
      }
      int panels = products.panels(width);
      long cPitch = (long) panels * products.panelWidth() * Float.BYTES;
      MemorySegment c = workspace.piece(Piece.RESULT, height * cPitch);
      long offset = Products.noOffset(workspace);
      ProductOperands operands = weight.operands();
      boolean inPlace = x.dtype().bytes() == operands.elementBytes();
      for (int step = 0; step < weight.steps(); step += Products.STEPS) {
        int part = Math.min(Products.STEPS, weight.steps() - step);
        long position = (long) firstRow * depth + (long) step * operands.elementsOfStep();
        long a = x.at(position);
        long aPitch = (long) depth * x.dtype().bytes();
        if (!inPlace) {
          long converted = (long) part * Float.BYTES;
          long copy = workspace.piece(Piece.LEFT, height * converted).address();
          workspace
              .call(products.kernels().get(new ConvertRows(products.set(), x.dtype(), DType.F32)))
              .set(ConvertRows.SOURCE, a, aPitch)
              .set(ConvertRows.DESTINATION, copy, converted)
              .set(ConvertRows.ROWS, height)
              .set(ConvertRows.COLUMNS, part)
              .run();
          a = copy;
          aPitch = converted;
        }
        var place =
            new Products.Place(
                a, aPitch, weight.at(panel, step), weight.panelBytes(), c.address(), cPitch);
        products.multiply(workspace, operands, place, offset, 1, part, height, panels, step > 0);
      }
      epilogue.store(workspace, c.address(), cPitch, firstRow, height, firstColumn, width);
    }
  }

  /** A map by a weight that is packed: each block for itself. */
  private final class PackedCall extends Call {
    private final PackedWeight weight;
    private final MatrixBlocks blocks;

    PackedCall(Tensor x, PackedWeight weight, BlockEpilogue epilogue) {
      super(x, epilogue);
      this.weight = weight;
      blocks =
          new MatrixBlocks(
              x.intSize(0),
              weight.columns(),
              x.intSize(1),
              products.panelWidth(),
              products.pool().threads());
    }

    @Override
    int tasks() {
      return blocks.count();
    }

    @Override
    void run(int task, NativeWorkspace workspace) {
      MatrixBlocks.Block block = blocks.block(task);
      multiply(block, weight, block.firstColumn() / products.panelWidth(), workspace);
    }
  }

  /**
   * A map by a weight that is read as it is stored: a task packs some columns into memory of its
   * thread, and multiplies all rows by them. Blocks have the sums that they have with a packed
   * weight, to the bit.
   */
  private final class StoredCall extends Call {
    private final WeightElements elements;
    private final PackedWeight form;
    private final MatrixBlocks blocks;

    StoredCall(Tensor x, Tensor weight, ProductOperands operands, BlockEpilogue epilogue) {
      super(x, epilogue);
      elements = WeightElements.of(weight);
      form = products.packer().form(weight, operands);
      blocks = storedBlocks(x, weight);
    }

    @Override
    int tasks() {
      return blocks.tasks();
    }

    @Override
    void run(int task, NativeWorkspace workspace) {
      List<MatrixBlocks.Block> rows = blocks.task(task);
      int first = rows.getFirst().firstColumn();
      int end = first + rows.getFirst().width();
      int most = columnsAtOnce(blocks);
      long bytes = products.panels(most) * form.panelBytes();
      PackedWeight panels = form.in(workspace.piece(Piece.PANELS, bytes));
      for (int column = first; column < end; column += most) {
        int width = Math.min(most, end - column);
        int panel = column / products.panelWidth();
        products.packer().packPanels(elements, panels, panel, products.panels(width), workspace);
        for (MatrixBlocks.Block block : rows) {
          var part = new MatrixBlocks.Block(block.firstRow(), column, block.height(), width);
          multiply(part, panels, 0, workspace);
        }
      }
    }
  }
}
