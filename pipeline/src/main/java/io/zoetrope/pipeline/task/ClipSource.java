package io.zoetrope.pipeline.task;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.Input;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.VideoSource;
import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * Pictures as encoders read them, F32 from -1 to 1. Frames that nobody has given are 0, which is
 * grey. They are read into the same memory again and again: a clip of new arrays for each of them
 * would pile up on the Java heap.
 */
public final class ClipSource implements VideoSource {
  static final int CHANNELS = 3;

  private final Ops ops;
  private final int width;
  private final int height;
  private final long frames;
  private final IntFunction<float[]> given;
  private float[] values = {};

  /**
   * A clip of some given frames.
   *
   * @param frames how many there are
   * @param given the values of a frame, [height, width, 3], until the next one is asked for, or
   *     null where it is not given
   */
  public ClipSource(Ops ops, int width, int height, long frames, IntFunction<float[]> given) {
    this.ops = ops;
    this.width = width;
    this.height = height;
    this.frames = frames;
    this.given = given;
  }

  /** A clip that is given whole. */
  public static ClipSource of(Ops ops, VideoFrames clip) {
    float[] frame = frame(ops, clip.width(), clip.height());
    return new ClipSource(
        ops,
        clip.width(),
        clip.height(),
        clip.frames(),
        index -> {
          read(clip, index, frame);
          return frame;
        });
  }

  /** Memory for the values of a frame, which counts as held. */
  static float[] frame(Ops ops, int width, int height) {
    return counted(ops, new float[width * height * CHANNELS]);
  }

  private static float[] counted(Ops ops, float[] held) {
    ops.countHeld((long) held.length * Float.BYTES);
    return held;
  }

  @Override
  public long frames() {
    return frames;
  }

  /**
   * Reads a frame of pictures that people see, uint8, as values from -1 to 1 ({@code
   * VideoProcessor} in diffusers).
   */
  static void read(VideoFrames clip, int index, float[] values) {
    clip.frame(index, values);
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] / 255f * 2 - 1;
    }
  }

  /** The only frame of a picture, as {@link #read}. */
  static float[] values(VideoFrames picture) {
    float[] values = new float[Math.toIntExact(picture.bytes())];
    read(picture, 0, values);
    return values;
  }

  /** Pictures in the size of a clip; new ones count as held. */
  public static VideoFrames resized(Ops ops, VideoFrames given, ClipSize size) {
    VideoFrames resized = Resampling.LANCZOS.resize(given, size.width(), size.height());
    if (resized != given) {
      ops.countHeld(resized.bytes());
    }
    return resized;
  }

  /** A picture in the size of a clip, as {@link #values}. */
  public static float[] resized(Input.Image image, ClipSize size) {
    return values(Resampling.LANCZOS.resize(image.picture(), size.width(), size.height()));
  }

  @Override
  public Tensor read(long start, long count) {
    int size = height * width * CHANNELS;
    if (values.length != count * size) {
      values = counted(ops, new float[Math.toIntExact(count * size)]);
    }
    for (int i = 0; i < count; i++) {
      float[] frame = given.apply((int) start + i);
      if (frame != null) {
        System.arraycopy(frame, 0, values, i * size, size);
      } else {
        Arrays.fill(values, i * size, (i + 1) * size, 0);
      }
    }
    return ops.upload(Tensor.of(values, count, height, width, CHANNELS));
  }
}
