package io.zoetrope.ops;

import static io.zoetrope.ops.Elements.get;
import static io.zoetrope.ops.Elements.set;

import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.ElementOperation.Clamp;
import io.zoetrope.ops.ElementOperation.Embedding;
import io.zoetrope.ops.ElementOperation.Multiply;
import io.zoetrope.ops.ElementOperation.UpsampleNearest;
import io.zoetrope.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/** The definitions of operations on one element after the other, and of copies. */
final class ReferenceElements {
  private ReferenceElements() {}

  static void run(CopyOperation operation) {
    switch (operation) {
      case Copy op -> copy(op.out(), op.x());
      case Fill op -> fill(op.out(), op.value());
    }
  }

  static void run(ElementOperation operation) {
    switch (operation) {
      case Add op -> add(op.out(), op.a(), op.b());
      case Multiply op -> multiply(op.out(), op.a(), op.b());
      case Activate op -> activate(op.out(), op.x(), op.activation());
      case Clamp op -> clamp(op.out(), op.min(), op.max());
      case Embedding op -> embedding(op.out(), op.table(), op.ids());
      case UpsampleNearest op -> upsampleNearest(op.out(), op.x(), op.exact());
    }
  }

  private static void copy(Tensor out, Tensor x) {
    long[] index = new long[x.shape().rank()];
    for (long i = 0; i < x.count(); i++) {
      set(out, position(out, index), get(x, position(x, index)));
      next(index, x);
    }
  }

  private static void fill(Tensor out, float value) {
    long[] index = new long[out.shape().rank()];
    for (long i = 0; i < out.count(); i++) {
      set(out, position(out, index), value);
      next(index, out);
    }
  }

  private static void add(Tensor out, Tensor a, Tensor b) {
    for (long i = 0; i < out.count(); i++) {
      set(out, i, (double) get(a, i) + get(b, i % b.count()));
    }
  }

  private static void multiply(Tensor out, Tensor a, Tensor b) {
    for (long i = 0; i < out.count(); i++) {
      set(out, i, (double) get(a, i) * get(b, i % b.count()));
    }
  }

  private static void activate(Tensor out, Tensor x, Activation activation) {
    DoubleUnaryOperator function = function(activation);
    for (long i = 0; i < out.count(); i++) {
      set(out, i, function.applyAsDouble(get(x, i)));
    }
  }

  private static void clamp(Tensor x, float min, float max) {
    for (long i = 0; i < x.count(); i++) {
      set(x, i, Math.clamp(get(x, i), min, max));
    }
  }

  private static void embedding(Tensor out, Tensor table, int[] ids) {
    WeightElements elements = WeightElements.of(table);
    int features = table.intSize(1);
    float[] values = new float[features];
    for (int row = 0; row < ids.length; row++) {
      elements.read((long) ids[row] * features, values, 0, features);
      for (int k = 0; k < features; k++) {
        set(out, (long) row * features + k, values[k]);
      }
    }
  }

  private static void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    for (long frame = 0; frame < out.size(0); frame++) {
      long t = ReferenceBackend.nearest(frame, x.size(0), out.size(0), exact);
      for (long row = 0; row < out.size(1); row++) {
        long h = ReferenceBackend.nearest(row, x.size(1), out.size(1), exact);
        for (long column = 0; column < out.size(2); column++) {
          long w = ReferenceBackend.nearest(column, x.size(2), out.size(2), exact);
          for (long c = 0; c < x.size(3); c++) {
            float value = get(x, ((t * x.size(1) + h) * x.size(2) + w) * x.size(3) + c);
            set(out, ((frame * out.size(1) + row) * out.size(2) + column) * out.size(3) + c, value);
          }
        }
      }
    }
  }

  /** The activation as a function of doubles. */
  static DoubleUnaryOperator function(Activation activation) {
    return switch (activation) {
      case NONE -> x -> x;
      case SILU -> x -> x / (1 + Math.exp(-x));
      case GELU_TANH ->
          x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_ERF -> x -> 0.5 * x * (1 + ErrorFunction.erf(x / Math.sqrt(2)));
    };
  }

  private static long position(Tensor tensor, long[] index) {
    long position = 0;
    for (int d = 0; d < index.length; d++) {
      position += index[d] * tensor.stride(d);
    }
    return position;
  }

  private static void next(long[] index, Tensor tensor) {
    for (int d = index.length - 1; d >= 0; d--) {
      if (++index[d] < tensor.size(d)) {
        return;
      }
      index[d] = 0;
    }
  }
}
