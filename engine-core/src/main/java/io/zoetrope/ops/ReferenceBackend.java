package io.zoetrope.ops;

import static io.zoetrope.ops.Elements.get;
import static io.zoetrope.ops.Elements.set;

import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * The definition of every operation: plain loops, sums in double, one rounding at the end. Other
 * backends are tested against it.
 */
public final class ReferenceBackend extends HostBackend {
  @Override
  public String name() {
    return "reference";
  }

  @Override
  public void run(Operation operation) {
    switch (operation) {
      case LinearMap map -> run(map);
      case Attention attention -> attention(attention);
      case Convolution convolution -> run(convolution);
      case RowOperation rows -> ReferenceRows.run(rows);
      case ElementOperation elements -> ReferenceElements.run(elements);
      case CopyOperation copy -> ReferenceElements.run(copy);
      case SamplerOperation sampler -> HostSamplers.run(sampler);
    }
  }

  private void run(LinearMap map) {
    switch (map) {
      case Linear linear -> linear(linear);
      case Linears _, LinearAdd _, LinearMultiply _ -> runChain(map);
    }
  }

  private void run(Convolution convolution) {
    if (convolution.isPlain()) {
      convolution(convolution);
    } else {
      runChain(convolution);
    }
  }

  private void runChain(Operation operation) {
    operation.chain((dtype, shape) -> Tensor.zeros(dtype, shape.sizes())).forEach(this::run);
  }

  private static void linear(Linear op) {
    Tensor out = op.out();
    DoubleUnaryOperator function = ReferenceElements.function(op.activation());
    long features = op.x().size(1);
    for (long row = 0; row < out.size(0); row++) {
      for (long column = 0; column < out.size(1); column++) {
        double sum = op.bias() == null ? 0 : get(op.bias(), column);
        for (long k = 0; k < features; k++) {
          sum += (double) get(op.x(), row * features + k) * get(op.weight(), column * features + k);
        }
        set(out, row * out.size(1) + column, function.applyAsDouble(sum));
      }
    }
  }

  private static void attention(Attention op) {
    Tensor q = op.q();
    Tensor k = op.k();
    Tensor v = op.v();
    int headDim = q.intSize(1) / op.heads();
    double[] scores = new double[k.intSize(0)];
    for (int head = 0; head < op.heads(); head++) {
      long column = (long) head * headDim;
      for (long row = 0; row < q.size(0); row++) {
        double max = Double.NEGATIVE_INFINITY;
        for (int key = 0; key < scores.length; key++) {
          double dot = 0;
          for (int d = 0; d < headDim; d++) {
            dot +=
                (double) get(q, row * q.stride(0) + column + d)
                    * get(k, key * k.stride(0) + column + d);
          }
          scores[key] = dot * op.scale() + biasAt(op.bias(), head, row, key);
          max = Math.max(max, scores[key]);
        }
        double total = 0;
        for (int key = 0; key < scores.length; key++) {
          scores[key] = Math.exp(scores[key] - max);
          total += scores[key];
        }
        for (int d = 0; d < headDim; d++) {
          double sum = 0;
          for (int key = 0; key < scores.length; key++) {
            sum += scores[key] * get(v, key * v.stride(0) + column + d);
          }
          set(op.out(), row * q.size(1) + column + d, sum / total);
        }
      }
    }
  }

  private static double biasAt(Tensor bias, long head, long query, long key) {
    if (bias == null) {
      return 0;
    }
    long plane = bias.size(0) == 1 ? 0 : head;
    long row = bias.size(1) == 1 ? 0 : query;
    return get(bias, (plane * bias.size(1) + row) * bias.size(2) + key);
  }

  private static void convolution(Convolution op) {
    Tensor out = op.out();
    Tensor x = op.x();
    Tensor history = op.history();
    Tensor weight = op.weight();
    ConvGeometry geometry = op.geometry();
    long height = x.size(1);
    long width = x.size(2);
    long past = history == null ? 0 : history.size(0);
    for (long frame = 0; frame < out.size(0); frame++) {
      for (long row = 0; row < out.size(1); row++) {
        for (long column = 0; column < out.size(2); column++) {
          for (long channel = 0; channel < out.size(3); channel++) {
            double sum = op.bias() == null ? 0 : get(op.bias(), channel);
            for (long kt = 0; kt < weight.size(2); kt++) {
              long t = frame * geometry.strideFrames() + kt - geometry.front();
              for (long kh = 0; kh < weight.size(3); kh++) {
                long h = row * geometry.strideHeight() + kh - geometry.top();
                for (long kw = 0; kw < weight.size(4); kw++) {
                  long w = column * geometry.strideWidth() + kw - geometry.left();
                  if (t < 0 || h < 0 || h >= height || w < 0 || w >= width) {
                    continue;
                  }
                  Tensor source = t < past ? history : x;
                  long sourceFrame = t < past ? t : t - past;
                  long pixel = (sourceFrame * height + h) * width + w;
                  for (long c = 0; c < x.size(3); c++) {
                    long tap =
                        (((channel * x.size(3) + c) * weight.size(2) + kt) * weight.size(3) + kh)
                                * weight.size(4)
                            + kw;
                    sum += (double) get(source, pixel * x.size(3) + c) * get(weight, tap);
                  }
                }
              }
            }
            long pixel = (frame * out.size(1) + row) * out.size(2) + column;
            set(out, pixel * out.size(3) + channel, sum);
          }
        }
      }
    }
  }

  /** Source index of torch's {@code nearest} and {@code nearest-exact} interpolation. */
  public static long nearest(long index, long inputSize, long outputSize, boolean exact) {
    float scale = (float) inputSize / outputSize;
    float position = exact ? (index + 0.5f) * scale : index * scale;
    return Math.min((long) position, inputSize - 1);
  }
}
