package io.zoetrope.pipeline.task;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.Input;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.IntFunction;

/**
 * Pictures as encoders read them, F32 from -1 to 1. Frames that nobody has given are 0, which is
 * grey.
 *
 * @param frames how many there are
 * @param given the values of a frame, [height, width, 3], or null where it is not given
 */
public record ClipSource(Ops ops, int width, int height, long frames, IntFunction<float[]> given)
    implements VideoSource {
  static final int CHANNELS = 3;

  /** A clip that is given whole. */
  public static ClipSource of(Ops ops, VideoFrames clip) {
    return new ClipSource(
        ops, clip.width(), clip.height(), clip.frames(), index -> values(clip, index));
  }

  /**
   * A frame of pictures that people see, uint8, from -1 to 1 ({@code VideoProcessor} in diffusers).
   */
  static float[] values(VideoFrames clip, int index) {
    byte[] frame = clip.frame(index);
    float[] values = new float[frame.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (frame[i] & 0xff) / 255f * 2 - 1;
    }
    return values;
  }

  /** A picture in the size of a clip, as {@link #values}. */
  static float[] resized(Input.Image image, ClipSize size) {
    return values(Resampling.LANCZOS.resize(image.picture(), size.width(), size.height()), 0);
  }

  @Override
  public Tensor read(long start, long count) {
    int size = height * width * CHANNELS;
    float[] values = new float[Math.toIntExact(count * size)];
    for (int i = 0; i < count; i++) {
      float[] frame = given.apply((int) start + i);
      if (frame != null) {
        System.arraycopy(frame, 0, values, i * size, size);
      }
    }
    return ops.upload(Tensor.of(values, count, height, width, CHANNELS));
  }
}
