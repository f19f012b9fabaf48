package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Collects pictures as networks see them, from -1 to 1, as pictures that people see, uint8 ({@code
 * VideoProcessor} in diffusers).
 */
final class Pixels implements FrameSink {
  private final ClipSize size;
  private final String maker;
  private final byte[] rgb;
  private int filled;

  /** On the way from a device; for every frame anew, the collector would let it pile up. */
  private Tensor host;

  /**
   * Collects frames of a clip of at most 2 GiB.
   *
   * @param maker what to call to people what makes them
   */
  Pixels(ClipSize size, String maker) {
    this.size = size;
    this.maker = maker;
    this.rgb = new byte[Math.toIntExact(size.bytes())];
  }

  /**
   * Appends frames.
   *
   * @throws PipelineException if a value is not finite
   */
  @Override
  public void add(Ops ops, Tensor frames) {
    if (!ops.isFinite(frames)) {
      throw new PipelineException(
          maker + " made a value that is not finite: its weights may be damaged");
    }
    try (var _ = ops.scope("pixels")) {
      Tensor pixels = ops.toPixels(frames);
      if (host == null || !host.shape().equals(pixels.shape())) {
        host = Tensor.zeros(pixels.dtype(), pixels.shape().sizes());
      }
      ops.downloadInto(host, pixels);
      MemorySegment bytes = host.segment();
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, 0, rgb, filled, (int) bytes.byteSize());
      filled += (int) bytes.byteSize();
    }
  }

  /** The clip; this object gives its array up. */
  VideoFrames toFrames() {
    int frames = Math.toIntExact(filled / (rgb.length / size.frames()));
    return new VideoFrames(size.width(), size.height(), frames, rgb);
  }
}
