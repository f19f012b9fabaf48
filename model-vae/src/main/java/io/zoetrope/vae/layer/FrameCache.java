package io.zoetrope.vae.layer;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * What one clip's layers remember between its chunks: the last input frames of each ({@code
 * feat_cache} in diffusers). One cache belongs to one clip, or one tile of it, on its way through
 * an encoder or a decoder; its memory does not depend on the clip's length.
 */
public final class FrameCache implements AutoCloseable {
  /**
   * The last frames that a layer saw.
   *
   * @param frames [remembered frames, height, width, channels]; the newest is the last
   * @param filled how many of them hold a frame
   */
  private record Slot(Tensor frames, long filled) {}

  private final Ops ops;
  private final Buffers buffers;
  private final Map<Remembering, Slot> slots = new IdentityHashMap<>();
  private boolean firstChunk = true;
  private boolean lastChunk;

  /** An empty cache in front of a clip's first chunk. */
  public FrameCache(Ops ops) {
    this.ops = ops;
    this.buffers = ops.buffers("frame cache");
  }

  /** Whether the current chunk is the clip's first. */
  public boolean firstChunk() {
    return firstChunk;
  }

  /** Says that a chunk has passed all layers. */
  public void nextChunk() {
    firstChunk = false;
  }

  /** Whether the current chunk is known to be the clip's last. */
  public boolean lastChunk() {
    return lastChunk;
  }

  /** Says whether the clip ends with the chunk that comes now: layers that look ahead ask. */
  public void beginChunk(boolean last) {
    lastChunk = last;
  }

  /** The frames in front of the current chunk that {@code layer} remembers; null if none. */
  public Tensor history(Remembering layer) {
    Slot slot = slots.get(layer);
    return slot == null
        ? null
        : slot.frames.narrow(0, slot.frames.size(0) - slot.filled, slot.filled);
  }

  /**
   * Remembers the last frames of a chunk for {@code layer}.
   *
   * @param x [frames, height, width, channels]
   */
  public void remember(Remembering layer, Tensor x) {
    long capacity = layer.rememberedFrames();
    if (capacity == 0) {
      return;
    }
    Slot slot = slots.get(layer);
    Tensor frames =
        slot == null
            ? buffers.allocate(x.dtype(), Shape.of(capacity, x.size(1), x.size(2), x.size(3)))
            : slot.frames;
    long filled = slot == null ? 0 : slot.filled;
    long added = Math.min(x.size(0), capacity);
    long kept = Math.min(filled, capacity - added);
    for (long i = capacity - kept; i < capacity; i++) {
      ops.copyInto(frames.narrow(0, i - added, 1), frames.narrow(0, i, 1));
    }
    ops.copyInto(frames.narrow(0, capacity - added, added), x.narrow(0, x.size(0) - added, added));
    slots.put(layer, new Slot(frames, kept + added));
  }

  /** Releases the remembered frames. */
  @Override
  public void close() {
    slots.clear();
    buffers.close();
  }
}
