package io.zoetrope.media;

import java.util.Collections;
import java.util.Iterator;
import java.util.stream.StreamSupport;

/**
 * Frames of one size, one after the other, each [height, width, 3], uint8, sRGB. They may be made
 * or read as they are asked for, and from the beginning as often as somebody asks.
 */
public interface FrameSequence extends Iterable<byte[]> {
  /** Width of a frame in pixels. */
  int width();

  /** Height of a frame in pixels. */
  int height();

  /** The same frames, each of them so many times. */
  default FrameSequence repeated(int times) {
    if (times == 1) {
      return this;
    }
    FrameSequence once = this;
    return new FrameSequence() {
      @Override
      public int width() {
        return once.width();
      }

      @Override
      public int height() {
        return once.height();
      }

      @Override
      public Iterator<byte[]> iterator() {
        return StreamSupport.stream(once.spliterator(), false)
            .flatMap(frame -> Collections.nCopies(times, frame).stream())
            .iterator();
      }
    };
  }
}
