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
    return new Call(x, products.packed(weight, operands), epilogue);
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
              calls.get(call).block(rest, workspace);
            });
    calls.forEach(call -> call.epilogue.finish());
    Reference.reachabilityFence(calls);
  }

  /** One map, cut in blocks. */
  private final class Call {
    private final int depth;
    private final NativeView x;
    private final PackedWeight weight;
    private final BlockEpilogue epilogue;
    private final MatrixBlocks blocks;

    Call(Tensor x, PackedWeight weight, BlockEpilogue epilogue) {
      this.depth = x.intSize(1);
      this.x = NativeView.of(x);
      this.weight = weight;
      this.epilogue = epilogue;
      blocks =
          new MatrixBlocks(
              x.intSize(0),
              weight.columns(),
              depth,
              products.panelWidth(),
              products.pool().threads());
    }

    int tasks() {
      return blocks.count();
    }

    void block(int task, NativeWorkspace workspace) {
      MatrixBlocks.Block block = blocks.block(task);
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
        int panel = firstColumn / products.panelWidth();
        var place =
            new Products.Place(
                a, aPitch, weight.at(panel, step), weight.panelBytes(), c.address(), cPitch);
        products.multiply(workspace, operands, place, offset, 1, part, height, panels, step > 0);
      }
      epilogue.store(workspace, c.address(), cPitch, firstRow, height, firstColumn, width);
    }
  }
}
