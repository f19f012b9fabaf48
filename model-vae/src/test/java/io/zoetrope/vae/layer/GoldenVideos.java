package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Golden;

/**
 * Goldens of videos: those of [1, channels, frames, height, width] are given and compared as
 * [frames, height, width, channels].
 */
public final class GoldenVideos {
  private GoldenVideos() {}

  /** A video in the current scope. */
  public static Tensor video(Ops ops, Golden golden, String name) {
    return ops.copy(channelsLast(golden, name));
  }

  private static Tensor channelsLast(Golden golden, String name) {
    return golden.get(name).permute(1, 2, 3, 0);
  }

  /** A picture of bytes, [frames, height, width, 3], as a video of values from -1 to 1. */
  public static Tensor pixels(Ops ops, Golden golden, String name) {
    Tensor bytes = golden.stored(name);
    float[] values = bytes.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] / 255f * 2 - 1;
    }
    return ops.upload(Tensor.of(values, bytes.shape().sizes()));
  }

  /** Holds a video against a golden. */
  public static void check(Golden golden, String name, Tensor actual) {
    golden.check(name, channelsLast(golden, name), actual, DType.F32);
  }
}
