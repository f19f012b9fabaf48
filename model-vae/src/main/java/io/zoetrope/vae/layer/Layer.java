package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.function.UnaryOperator;

/** One stage of the encoder or the decoder. */
public interface Layer {

  /**
   * Applies the layer to the next chunk of a clip.
   *
   * @param x [frames, height, width, channels]; the layer may overwrite it, so that large
   *     activations are not held twice
   * @param cache of the clip
   * @return [frames out, height out, width out, channels out], which may be {@code x} itself
   */
  Tensor forward(Ops ops, Tensor x, FrameCache cache);

  /** Whether frames are merged or doubled, so that the layer needs a chunk as a whole. */
  default boolean changesFrameRate() {
    return false;
  }

  /**
   * How many frames behind one the layer has to see to make that one: it is so many frames late
   * until the clip ends, and its first chunk has to have more of them.
   */
  default int lookAhead() {
    return 0;
  }

  /** The chunks behind a clip's first one have a multiple of so many frames. */
  default int frameStep() {
    return 1;
  }

  /** Does what {@link #forward} does, in a scope of its own. */
  default Tensor forward(Ops ops, String name, Tensor x, FrameCache cache) {
    try (Scope scope = ops.scope(name)) {
      return scope.keep(forward(ops, x, cache));
    }
  }

  /**
   * Applies layers to the frames of a chunk one after the other, which needs memory for the
   * intermediates of a single frame.
   *
   * @param x [frames, height, width, channels]
   * @param layers takes one frame to one frame
   * @return [frames, height out, width out, channels out]
   */
  static Tensor frameByFrame(Ops ops, Tensor x, UnaryOperator<Tensor> layers) {
    Tensor first;
    try (Scope scope = ops.scope("frame")) {
      first = scope.keep(layers.apply(x.narrow(0, 0, 1)));
    }
    if (x.size(0) == 1) {
      return first;
    }
    Tensor out =
        ops.allocate(
            first.dtype(), Shape.of(x.size(0), first.size(1), first.size(2), first.size(3)));
    ops.copyInto(out.narrow(0, 0, 1), first);
    for (long frame = 1; frame < x.size(0); frame++) {
      try (var _ = ops.scope("frame")) {
        ops.copyInto(out.narrow(0, frame, 1), layers.apply(x.narrow(0, frame, 1)));
      }
    }
    return out;
  }
}
