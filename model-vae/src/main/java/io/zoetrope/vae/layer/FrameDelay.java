package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Holds a clip back beside layers that look ahead, so that their frames meet again.
 *
 * @param frames how many frames late it is until the clip ends; 0 for not at all
 */
public record FrameDelay(int frames) implements Remembering {
  @Override
  public int rememberedFrames() {
    return frames;
  }

  /**
   * Takes a chunk and gives what is due.
   *
   * @param x [frames, height, width, channels]
   * @return as many frames as layers that look ahead so far make of {@code x}; {@code x} itself if
   *     it is not late at all, else in the current scope
   */
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    if (frames == 0) {
      return x;
    }
    Tensor waiting = cache.history(this);
    long old = waiting == null ? 0 : waiting.size(0);
    long due = old + x.size(0) - (cache.lastChunk() ? 0 : frames);
    long oldDue = Math.min(old, due);
    Tensor out = ops.allocate(x.dtype(), x.shape().withFirst(due));
    if (oldDue > 0) {
      ops.copyInto(out.narrow(0, 0, oldDue), waiting.narrow(0, 0, oldDue));
    }
    if (due > oldDue) {
      ops.copyInto(out.narrow(0, oldDue, due - oldDue), x.narrow(0, 0, due - oldDue));
    }
    cache.remember(this, x);
    return out;
  }
}
