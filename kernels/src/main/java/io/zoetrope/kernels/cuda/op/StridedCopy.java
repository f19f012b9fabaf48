package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.ops.CopyOperation;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Copies between tensors of any strides, and fills: {@code strided_copy.cu}, {@code fill.cu}. */
public final class StridedCopy {
  private static final int DIMENSIONS = 8;

  /** A dimension of the shape and its strides in both tensors. */
  private record Dimension(long size, long outStride, long stride) {}

  private final Launcher launcher;

  /** Copies on a device. */
  public StridedCopy(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs a copy or a fill. */
  public void run(CopyOperation operation) {
    switch (operation) {
      case Copy op -> copy(op.out(), op.x());
      case Fill op -> fill(op.out(), op.value());
    }
  }

  private void copy(Tensor out, Tensor x) {
    if (out.dtype() == x.dtype() && out.isContiguous() && x.isContiguous()) {
      if (x.count() > 0) {
        launcher.runtime().copyOnDevice(address(out), address(x), x.byteSize());
      }
      return;
    }
    launcher.elements(
        "strided_copy",
        x.count(),
        address(out),
        isBf16(out),
        address(x),
        isBf16(x),
        layout(x.shape(), strides(out), strides(x)));
  }

  /** Copies a contiguous tensor to one that may overlap it. */
  public void move(Tensor out, Tensor x) {
    long bytes = x.byteSize();
    if (bytes == 0) {
      return;
    }
    long from = address(x);
    long to = address(out);
    if (Math.abs(from - to) < bytes) {
      long between = launcher.workspace().atLeast(bytes);
      launcher.runtime().copyOnDevice(between, from, bytes);
      from = between;
    }
    launcher.runtime().copyOnDevice(to, from, bytes);
  }

  private void fill(Tensor out, float value) {
    long[] strides = strides(out);
    launcher.elements(
        "fill",
        out.count(),
        address(out),
        isBf16(out),
        value,
        layout(out.shape(), strides, strides));
  }

  private static long[] strides(Tensor tensor) {
    long[] strides = new long[tensor.shape().rank()];
    for (int d = 0; d < strides.length; d++) {
      strides[d] = tensor.stride(d);
    }
    return strides;
  }

  /**
   * The members of {@code Layout} in {@code layout.cuh}, in as few dimensions as the strides let.
   */
  private static long[] layout(Shape shape, long[] outStrides, long[] strides) {
    List<Dimension> dimensions = new ArrayList<>();
    for (int d = 0; d < shape.rank(); d++) {
      Dimension next = new Dimension(shape.size(d), outStrides[d], strides[d]);
      if (next.size() == 1) {
        continue;
      }
      Dimension last = dimensions.isEmpty() ? null : dimensions.getLast();
      if (last != null
          && last.outStride() == next.outStride() * next.size()
          && last.stride() == next.stride() * next.size()) {
        dimensions.removeLast();
        next = new Dimension(last.size() * next.size(), next.outStride(), next.stride());
      }
      dimensions.add(next);
    }
    if (dimensions.size() > DIMENSIONS) {
      throw new IllegalArgumentException(
          "copy: %s has %d dimensions with strides of their own, the kernel takes %d"
              .formatted(shape, dimensions.size(), DIMENSIONS));
    }
    while (dimensions.size() < DIMENSIONS) {
      dimensions.addFirst(new Dimension(1, 1, 1));
    }
    long[] layout = new long[3 * DIMENSIONS + 1];
    for (int d = 0; d < DIMENSIONS; d++) {
      layout[d] = dimensions.get(d).size();
      layout[DIMENSIONS + d] = dimensions.get(d).outStride();
      layout[2 * DIMENSIONS + d] = dimensions.get(d).stride();
    }
    layout[3 * DIMENSIONS] = shape.count();
    return layout;
  }
}
