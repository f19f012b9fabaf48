package io.zoetrope.ops;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.HostStorage;
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
  public void copy(Tensor out, Tensor x) {
    long[] index = new long[x.shape().rank()];
    for (long i = 0; i < x.count(); i++) {
      set(out, position(out, index), get(x, position(x, index)));
      next(index, x);
    }
  }

  @Override
  public void fill(Tensor out, float value) {
    long[] index = new long[out.shape().rank()];
    for (long i = 0; i < out.count(); i++) {
      set(out, position(out, index), value);
      next(index, out);
    }
  }

  @Override
  public void add(Tensor out, Tensor a, Tensor b) {
    for (long i = 0; i < out.count(); i++) {
      set(out, i, (double) get(a, i) + get(b, i % b.count()));
    }
  }

  @Override
  public void multiply(Tensor out, Tensor a, Tensor b) {
    for (long i = 0; i < out.count(); i++) {
      set(out, i, (double) get(a, i) * get(b, i % b.count()));
    }
  }

  @Override
  public void activate(Tensor out, Tensor x, Activation activation) {
    DoubleUnaryOperator function = function(activation);
    for (long i = 0; i < out.count(); i++) {
      set(out, i, function.applyAsDouble(get(x, i)));
    }
  }

  @Override
  public void linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    DoubleUnaryOperator function = function(activation);
    long features = x.size(1);
    for (long row = 0; row < out.size(0); row++) {
      for (long column = 0; column < out.size(1); column++) {
        double sum = bias == null ? 0 : get(bias, column);
        for (long k = 0; k < features; k++) {
          sum += (double) get(x, row * features + k) * get(weight, column * features + k);
        }
        set(out, row * out.size(1) + column, function.applyAsDouble(sum));
      }
    }
  }

  @Override
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    Tensor product = Tensor.zeros(out.dtype(), out.shape().sizes());
    linear(product, x, weight, bias, Activation.NONE);
    if (gate == null) {
      add(out, out, product);
    } else {
      addGatedInPlace(out, product, gate);
    }
  }

  @Override
  public void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    Tensor product = Tensor.zeros(out.dtype(), out.shape().sizes());
    linear(product, x, weight, bias, Activation.NONE);
    multiply(out, out, product);
  }

  @Override
  public void embedding(Tensor out, Tensor table, int[] ids) {
    long features = table.size(1);
    for (int row = 0; row < ids.length; row++) {
      for (long k = 0; k < features; k++) {
        set(out, row * features + k, get(table, ids[row] * features + k));
      }
    }
  }

  @Override
  public void attention(
      Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    int headDim = q.intSize(1) / heads;
    double[] scores = new double[k.intSize(0)];
    for (int head = 0; head < heads; head++) {
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
          scores[key] = dot * scale + biasAt(bias, head, row, key);
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
          set(out, row * q.size(1) + column + d, sum / total);
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

  @Override
  public void conv3d(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual) {
    if (residual == null) {
      conv3d(out, x, history, weight, bias, geometry);
      return;
    }
    Tensor result = Tensor.zeros(out.dtype(), out.shape().sizes());
    conv3d(result, x, history, weight, bias, geometry);
    add(out, residual, result);
  }

  private static void conv3d(
      Tensor out, Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    long height = geometry.upsample() * x.size(1);
    long width = geometry.upsample() * x.size(2);
    long past = history == null ? 0 : history.size(0);
    for (long frame = 0; frame < out.size(0); frame++) {
      for (long row = 0; row < out.size(1); row++) {
        for (long column = 0; column < out.size(2); column++) {
          for (long channel = 0; channel < out.size(3); channel++) {
            double sum = bias == null ? 0 : get(bias, channel);
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
                  long sourceRow = sourceFrame * x.size(1) + h / geometry.upsample();
                  long pixel = sourceRow * x.size(2) + w / geometry.upsample();
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

  @Override
  public void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    for (long frame = 0; frame < out.size(0); frame++) {
      long t = nearest(frame, x.size(0), out.size(0), exact);
      for (long row = 0; row < out.size(1); row++) {
        long h = nearest(row, x.size(1), out.size(1), exact);
        for (long column = 0; column < out.size(2); column++) {
          long w = nearest(column, x.size(2), out.size(2), exact);
          for (long c = 0; c < x.size(3); c++) {
            float value = get(x, ((t * x.size(1) + h) * x.size(2) + w) * x.size(3) + c);
            set(out, ((frame * out.size(1) + row) * out.size(2) + column) * out.size(3) + c, value);
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

  @Override
  public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    long features = x.size(-1);
    for (long row = 0; row < x.count() / features; row++) {
      Moments moments = Moments.of(x, row * features, features, eps);
      for (long k = 0; k < features; k++) {
        double value = moments.normalise(get(x, row * features + k));
        if (weight != null) {
          value *= get(weight, k);
        }
        if (bias != null) {
          value += get(bias, k);
        }
        set(out, row * features + k, value);
      }
    }
  }

  @Override
  public void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {
    long features = x.size(1);
    for (long row = 0; row < x.size(0); row++) {
      Moments moments = Moments.of(x, row * features, features, eps);
      for (long k = 0; k < features; k++) {
        double value = moments.normalise(get(x, row * features + k));
        set(
            out,
            row * features + k,
            value * (1.0 + modulation(scale, row, k)) + modulation(shift, row, k));
      }
    }
  }

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    long features = x.size(-1);
    for (long row = 0; row < x.count() / features; row++) {
      double factor = 1 / Math.sqrt(squares(x, row * features, features) / features + eps);
      for (long k = 0; k < features; k++) {
        set(out, row * features + k, get(x, row * features + k) * factor * get(weight, k));
      }
    }
  }

  @Override
  public void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
    DoubleUnaryOperator function = function(activation);
    long channels = x.size(-1);
    for (long row = 0; row < x.count() / channels; row++) {
      double norm = Math.max(Math.sqrt(squares(x, row * channels, channels)), 1e-12);
      double factor = Math.sqrt(channels) / norm;
      for (long c = 0; c < channels; c++) {
        double value = get(x, row * channels + c) * factor * get(gamma, c);
        set(out, row * channels + c, function.applyAsDouble(value));
      }
    }
  }

  @Override
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    long pairs = cos.size(1);
    for (long token = 0; token < x.size(0); token++) {
      for (long pair = 0; pair < heads * pairs; pair++) {
        long i = token * x.size(1) + 2 * pair;
        double c = get(cos, token * pairs + pair % pairs);
        double s = get(sin, token * pairs + pair % pairs);
        double even = get(x, i);
        double odd = get(x, i + 1);
        set(x, i, even * c - odd * s);
        set(x, i + 1, even * s + odd * c);
      }
    }
  }

  @Override
  public void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    rmsNorm(out, x, weight, eps);
    ropeInPlace(out, cos, sin, heads);
  }

  @Override
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    for (long row = 0; row < x.size(0); row++) {
      for (long k = 0; k < x.size(1); k++) {
        long i = row * x.size(1) + k;
        set(x, i, get(x, i) + get(y, i) * (double) modulation(gate, row, k));
      }
    }
  }

  /** Mean and reciprocal deviation of a row. */
  private record Moments(double mean, double reciprocal) {
    static Moments of(Tensor x, long start, long features, float eps) {
      double sum = 0;
      for (long k = 0; k < features; k++) {
        sum += get(x, start + k);
      }
      double mean = sum / features;
      double squares = 0;
      for (long k = 0; k < features; k++) {
        double centred = get(x, start + k) - mean;
        squares += centred * centred;
      }
      return new Moments(mean, 1 / Math.sqrt(squares / features + eps));
    }

    double normalise(double value) {
      return (value - mean) * reciprocal;
    }
  }

  private static double squares(Tensor x, long start, long features) {
    double sum = 0;
    for (long k = 0; k < features; k++) {
      double value = get(x, start + k);
      sum += value * value;
    }
    return sum;
  }

  private static float modulation(Tensor vector, long row, long feature) {
    return get(vector, vector.shape().rank() == 1 ? feature : row * vector.stride(0) + feature);
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

  private static float get(Tensor tensor, long position) {
    return Conversions.toFloat(
        ((HostStorage) tensor.storage()).segment(), tensor.dtype(), tensor.offset() + position);
  }

  private static void set(Tensor tensor, long position, double value) {
    Conversions.fromFloat(
        ((HostStorage) tensor.storage()).segment(),
        tensor.dtype(),
        tensor.offset() + position,
        (float) value);
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
