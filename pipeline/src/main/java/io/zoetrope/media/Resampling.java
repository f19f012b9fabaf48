package io.zoetrope.media;

/**
 * Resizes pictures as Pillow does, level for level: a filter that widens where a picture becomes
 * smaller, first along rows, then along columns, in fixed-point numbers ({@code Resample.c} in
 * Pillow). Pipelines of diffusers and processors of transformers resize what they are given so.
 */
public enum Resampling {
  /** Cubic convolution with a = -0.5 (Keys, 1981): what CLIP sees. */
  BICUBIC(2) {
    @Override
    double weight(double x) {
      double distance = Math.abs(x);
      if (distance < 1) {
        return ((A + 2) * distance - (A + 3)) * distance * distance + 1;
      }
      return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * A : 0;
    }
  },

  /** A windowed sinc of three lobes (Duchon, 1979): what autoencoders see. */
  LANCZOS(3) {
    @Override
    double weight(double x) {
      return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
    }
  };

  private static final double A = -0.5;
  private static final int CHANNELS = 3;

  /** Bits behind the point of a weight: 8 of a sample and 2 for overshoots make 32. */
  private static final int PRECISION = 32 - 8 - 2;

  private final double support;

  Resampling(double support) {
    this.support = support;
  }

  /** The filter's value at a distance, in pixels of the smaller picture. */
  abstract double weight(double x);

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
  }

  /**
   * A clip of another size; the clip itself if it has that size already. The ratio of its sides is
   * not kept.
   *
   * @throws IllegalArgumentException if a side isn't positive or the result exceeds 2 GiB
   */
  public VideoFrames resize(VideoFrames clip, int width, int height) {
    return resize(clip, width, height, new Window(0, 0, width, height));
  }

  /**
   * Part of a clip of another size; nothing of the rest is computed.
   *
   * @param width of all of it
   * @param height of all of it
   * @param window the part, inside of these
   * @throws IllegalArgumentException if a side isn't positive or the result exceeds 2 GiB
   */
  VideoFrames resize(VideoFrames clip, int width, int height, Window window) {
    if (clip.width() == width
        && clip.height() == height
        && window.equals(new Window(0, 0, width, height))) {
      return clip;
    }
    int frameBytes = VideoFrames.checkedLength(window.width, window.height, 1);
    byte[] resized =
        new byte[VideoFrames.checkedLength(window.width, window.height, clip.frames())];
    Weights rows = Weights.of(this, clip.width(), width, window.left, window.width);
    Weights columns = Weights.of(this, clip.height(), height, window.top, window.height);
    for (int i = 0; i < clip.frames(); i++) {
      byte[] wide = along(clip.frame(i), clip.height(), CHANNELS, rows);
      byte[] frame = along(wide, 1, CHANNELS * window.width, columns);
      System.arraycopy(frame, 0, resized, i * frameBytes, frameBytes);
    }
    return new VideoFrames(window.width, window.height, clip.frames(), resized);
  }

  /**
   * Part of a picture, in pixels.
   *
   * @param left columns beside it
   * @param top rows above it
   * @param width its columns
   * @param height its rows
   */
  record Window(int left, int top, int width, int height) {}

  /**
   * Resamples the middle one of three dimensions.
   *
   * @param samples [outer, weights.in, inner], uint8
   * @return [outer, weights.count(), inner], uint8
   */
  private static byte[] along(byte[] samples, int outer, int inner, Weights weights) {
    if (weights.changesNothing()) {
      return samples;
    }
    int count = weights.count();
    byte[] out = new byte[VideoFrames.checkedLength(inner / CHANNELS, count, outer)];
    for (int i = 0; i < outer; i++) {
      for (int position = 0; position < count; position++) {
        int[] taps = weights.taps[position];
        int first = (i * weights.in + weights.first[position]) * inner;
        int target = (i * count + position) * inner;
        for (int k = 0; k < inner; k++) {
          int sum = 1 << (PRECISION - 1);
          for (int tap = 0; tap < taps.length; tap++) {
            sum += (samples[first + tap * inner + k] & 0xff) * taps[tap];
          }
          out[target + k] = (byte) Math.clamp(sum >> PRECISION, 0, 255);
        }
      }
    }
    return out;
  }

  /**
   * How much each position along a side takes from which positions of the side before.
   *
   * @param in positions before
   * @param out positions behind, of which some are computed
   * @param first the first position that each of these takes from
   * @param taps weights from there on, in fixed point
   */
  private record Weights(int in, int out, int[] first, int[][] taps) {
    /** Weights of so many positions, from one on. */
    static Weights of(Resampling filter, int in, int out, int start, int count) {
      double scale = (double) in / out;
      double widening = Math.max(scale, 1);
      double support = filter.support * widening;
      Weights weights = new Weights(in, out, new int[count], new int[count][]);
      for (int position = 0; position < count; position++) {
        double centre = (start + position + 0.5) * scale;
        int from = Math.max(0, (int) (centre - support + 0.5));
        int to = Math.min(in, (int) (centre + support + 0.5));
        double[] exact = new double[to - from];
        double sum = 0;
        for (int i = 0; i < exact.length; i++) {
          exact[i] = filter.weight((i + from - centre + 0.5) / widening);
          sum += exact[i];
        }
        int[] taps = new int[exact.length];
        for (int i = 0; i < taps.length; i++) {
          double fixed = exact[i] / sum * (1 << PRECISION);
          taps[i] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
        }
        weights.first[position] = from;
        weights.taps[position] = taps;
      }
      return weights;
    }

    int count() {
      return first.length;
    }

    boolean changesNothing() {
      return in == out && count() == out;
    }
  }
}
