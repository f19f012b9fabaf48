package io.zoetrope.pipeline.task;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.VideoSource;

/**
 * Pictures that people see, uint8, as encoders read them, F32 from -1 to 1 ({@code VideoProcessor}
 * in diffusers).
 */
record ClipSource(Ops ops, VideoFrames clip) implements VideoSource {
  private static final int CHANNELS = 3;

  @Override
  public long frames() {
    return clip.frames();
  }

  @Override
  public Tensor read(long start, long count) {
    int size = clip.height() * clip.width() * CHANNELS;
    float[] values = new float[Math.toIntExact(count * size)];
    for (int i = 0; i < count; i++) {
      byte[] frame = clip.frame((int) start + i);
      for (int k = 0; k < size; k++) {
        values[i * size + k] = (frame[k] & 0xff) / 255f * 2 - 1;
      }
    }
    return ops.upload(Tensor.of(values, count, clip.height(), clip.width(), CHANNELS));
  }
}
