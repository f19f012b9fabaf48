package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.VideoSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Between the pictures that people see, uint8, and those that networks see, -1 to 1 ({@code
 * VideoProcessor} in diffusers).
 */
final class Pixels {
  private static final int CHANNELS = 3;

  private final int width;
  private final int height;
  private final byte[] rgb;
  private int filled;

  /** Bytes of the clip that a request asks for. */
  static long bytes(GenerationRequest request) {
    // Saturates: no clip has that many, and whoever compares needs no more.
    double bytes = (double) CHANNELS * request.width() * request.height() * request.frames();
    return (long) bytes;
  }

  /** Collects frames of a clip. */
  Pixels(int width, int height, int frames) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[Math.multiplyExact(Math.multiplyExact(width * CHANNELS, height), frames)];
  }

  /**
   * Appends frames.
   *
   * @param frames [frames, height, width, 3], values from -1 to 1, F32 or BF16
   * @throws PipelineException if a value is not finite
   */
  void add(Ops ops, Tensor frames) {
    if (!ops.isFinite(frames)) {
      throw new PipelineException(
          "the video decoder made a value that is not finite: its weights may be damaged");
    }
    try (var _ = ops.scope("pixels")) {
      MemorySegment bytes = ops.download(ops.toPixels(frames)).segment();
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, rgb, filled, (int) bytes.byteSize());
      filled += (int) bytes.byteSize();
    }
  }

  /** Number of whole frames so far. */
  int frames() {
    return filled / (width * height * CHANNELS);
  }

  /** The clip; this object gives its array up. */
  VideoFrames toFrames() {
    return new VideoFrames(width, height, frames(), rgb);
  }

  /** A clip as an encoder that computes in {@code dtype} reads it. */
  static VideoSource source(Ops ops, VideoFrames clip, DType dtype) {
    return new VideoSource() {
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
        Tensor frames = Tensor.of(values, count, clip.height(), clip.width(), CHANNELS);
        return ops.cast(ops.upload(frames), dtype);
      }
    };
  }
}
