package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Where the encoder takes a clip from, chunk by chunk, so that it never has to be held whole. */
public interface VideoSource {
  /** Number of frames. */
  long frames();

  /**
   * Some frames, on the device, in the current scope. May be asked for the same frames again.
   *
   * @return [count, height, width, channels], contiguous, values from -1 to 1
   */
  Tensor read(long start, long count);

  /** The same clip in a dtype. */
  default VideoSource in(Ops ops, DType dtype) {
    VideoSource video = this;
    return new VideoSource() {
      @Override
      public long frames() {
        return video.frames();
      }

      @Override
      public Tensor read(long start, long count) {
        return ops.cast(video.read(start, count), dtype);
      }
    };
  }

  /**
   * A clip that is held whole.
   *
   * @param video [frames, height, width, channels]
   */
  static VideoSource of(Tensor video) {
    return new VideoSource() {
      @Override
      public long frames() {
        return video.size(0);
      }

      @Override
      public Tensor read(long start, long count) {
        return video.narrow(0, start, count);
      }
    };
  }
}
