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
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
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

  /** {@code out = activation(x weight^T + bias)}. */
  public void run(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    runAll(List.of(map(x, weight, plain(out, bias, activation))));
  }

  /** {@code out += gate * round(x weight^T + bias)}. */
  public void addInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    Join join = gate == null ? Join.ADD : Join.ADD_GATED;
    var epilogue = new BlockEpilogue(products, out, bias, Activation.NONE, join, out, gate);
    runAll(List.of(map(x, weight, epilogue)));
  }

  /** {@code out *= round(x weight^T + bias)}. */
  public void multiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    var epilogue =
        new BlockEpilogue(products, out, bias, Activation.NONE, Join.MULTIPLY, out, null);
    runAll(List.of(map(x, weight, epilogue)));
  }

  private BlockEpilogue plain(Tensor out, Tensor bias, Activation activation) {
    return new BlockEpilogue(products, out, bias, activation, Join.NONE, null, null);
  }

  /** Several maps of the same rows, whose tasks share the threads. */
  public void runEach(List<Tensor> outs, Tensor x, List<Tensor> weights, List<Tensor> biases) {
    List<LinearMap> maps = new ArrayList<>();
    for (int i = 0; i < outs.size(); i++) {
      maps.add(map(x, weights.get(i), plain(outs.get(i), biases.get(i), Activation.NONE)));
    }
    runAll(maps);
  }

  private LinearMap map(Tensor x, Tensor weight, BlockEpilogue epilogue) {
    ProductOperands operands = products.operands(x.dtype(), weight.dtype(), weight.intSize(1));
    return new LinearMap(x, products.packed(weight, operands), epilogue);
  }

  private void runAll(List<LinearMap> maps) {
    int total = maps.stream().mapToInt(LinearMap::tasks).sum();
    products
        .pool()
        .run(
            total,
            (task, workspace) -> {
              int rest = task;
              int map = 0;
              while (rest >= maps.get(map).tasks()) {
                rest -= maps.get(map++).tasks();
              }
              maps.get(map).block(rest, workspace);
            });
    maps.forEach(map -> map.epilogue.finish());
    Reference.reachabilityFence(maps);
  }

  /** One map, cut in blocks. */
  private final class LinearMap {
    private final int depth;
    private final NativeView x;
    private final PackedWeight weight;
    private final BlockEpilogue epilogue;
    private final MatrixBlocks blocks;

    LinearMap(Tensor x, PackedWeight weight, BlockEpilogue epilogue) {
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
          workspace.call(
              products.kernels().get(new ConvertRows(products.set(), x.dtype(), DType.F32)),
              a,
              aPitch,
              copy,
              converted,
              height,
              part);
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
