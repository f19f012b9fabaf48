package io.zoetrope.ops;

import static io.zoetrope.ops.Elements.get;
import static io.zoetrope.ops.Elements.set;

import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;

/** The definitions of operations on rows. */
final class ReferenceRows {
  private ReferenceRows() {}

  static void run(RowOperation operation) {
    switch (operation) {
      case LayerNorm op -> layerNorm(op);
      case AdaLayerNorm op -> adaLayerNorm(op);
      case RmsNorm op -> rmsNorm(op);
      case ChannelNorm op -> channelNorm(op);
      case GroupNorm op -> groupNorm(op);
      case Rope op -> rope(op);
      case RmsNormRope op -> {
        rmsNorm(new RmsNorm(op.out(), op.x(), op.weight(), op.eps()));
        rope(new Rope(op.out(), op.cos(), op.sin(), op.heads()));
      }
      case AddGated op -> addGated(op);
    }
  }

  private static void layerNorm(LayerNorm op) {
    Tensor x = op.x();
    long features = x.size(-1);
    for (long row = 0; row < x.count() / features; row++) {
      Moments moments = Moments.of(x, row * features, features, op.eps());
      for (long k = 0; k < features; k++) {
        double value = moments.normalise(get(x, row * features + k));
        if (op.weight() != null) {
          value *= get(op.weight(), k);
        }
        if (op.bias() != null) {
          value += get(op.bias(), k);
        }
        set(op.out(), row * features + k, value);
      }
    }
  }

  private static void adaLayerNorm(AdaLayerNorm op) {
    Tensor x = op.x();
    long features = x.size(1);
    for (long row = 0; row < x.size(0); row++) {
      Moments moments = Moments.of(x, row * features, features, op.eps());
      for (long k = 0; k < features; k++) {
        double value = moments.normalise(get(x, row * features + k));
        set(
            op.out(),
            row * features + k,
            value * (1.0 + modulation(op.scale(), row, k)) + modulation(op.shift(), row, k));
      }
    }
  }

  private static void rmsNorm(RmsNorm op) {
    Tensor x = op.x();
    long features = x.size(-1);
    for (long row = 0; row < x.count() / features; row++) {
      double factor = 1 / Math.sqrt(squares(x, row * features, features) / features + op.eps());
      for (long k = 0; k < features; k++) {
        set(
            op.out(),
            row * features + k,
            get(x, row * features + k) * factor * get(op.weight(), k));
      }
    }
  }

  private static void channelNorm(ChannelNorm op) {
    Tensor x = op.x();
    DoubleUnaryOperator function = ReferenceElements.function(op.activation());
    long channels = x.size(-1);
    for (long row = 0; row < x.count() / channels; row++) {
      double norm = Math.max(Math.sqrt(squares(x, row * channels, channels)), 1e-12);
      double factor = Math.sqrt(channels) / norm;
      for (long c = 0; c < channels; c++) {
        double value = get(x, row * channels + c) * factor * get(op.gamma(), c);
        set(op.out(), row * channels + c, function.applyAsDouble(value));
      }
    }
  }

  private static void groupNorm(GroupNorm op) {
    DoubleUnaryOperator function = ReferenceElements.function(op.activation());
    long channels = op.x().size(-1);
    long width = channels / op.groups();
    long samples = op.x().size(0);
    long positions = op.x().count() / Math.max(1, samples * channels);
    for (long group = 0; group < samples * op.groups(); group++) {
      long first = group / op.groups() * positions * channels + group % op.groups() * width;
      LongStream elements =
          LongStream.range(0, positions * width).map(i -> first + i / width * channels + i % width);
      long[] all = elements.toArray();
      double mean = LongStream.of(all).mapToDouble(i -> get(op.x(), i)).sum() / all.length;
      double squares =
          LongStream.of(all)
              .mapToDouble(i -> (get(op.x(), i) - mean) * (get(op.x(), i) - mean))
              .sum();
      double reciprocal = 1 / Math.sqrt(squares / all.length + op.eps());
      for (long i : all) {
        double value = (get(op.x(), i) - mean) * reciprocal;
        value *= op.weight() == null ? 1 : get(op.weight(), i % channels);
        value += op.bias() == null ? 0 : get(op.bias(), i % channels);
        set(op.out(), i, function.applyAsDouble(value));
      }
    }
  }

  private static void rope(Rope op) {
    Tensor x = op.out();
    long pairs = op.cos().size(1);
    for (long token = 0; token < x.size(0); token++) {
      for (long pair = 0; pair < op.heads() * pairs; pair++) {
        long i = token * x.size(1) + 2 * pair;
        double c = get(op.cos(), token * pairs + pair % pairs);
        double s = get(op.sin(), token * pairs + pair % pairs);
        double even = get(x, i);
        double odd = get(x, i + 1);
        set(x, i, even * c - odd * s);
        set(x, i + 1, even * s + odd * c);
      }
    }
  }

  private static void addGated(AddGated op) {
    Tensor x = op.out();
    for (long row = 0; row < x.size(0); row++) {
      for (long k = 0; k < x.size(1); k++) {
        long i = row * x.size(1) + k;
        set(x, i, get(x, i) + get(op.y(), i) * (double) modulation(op.gate(), row, k));
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
}
