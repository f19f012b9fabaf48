package io.zoetrope.vae.layer;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;

/**
 * Takes a clip through layers in chunks, so that memory does not depend on the clip's length. Each
 * layer gets a chunk as soon as it can make a frame of it: one that looks ahead waits for the
 * frames behind, one that merges frames waits for all that it merges. What comes out is, chunk
 * sizes apart, what the layers make of the whole clip.
 */
public final class LayerStream implements AutoCloseable {
  /**
   * A layer and what it is given.
   *
   * @param name of its scope
   * @param mostFrames how many frames it is given at a time, but for what it has to wait for
   * @param shown the name under which its result is tapped; null for none
   */
  public record Stage(String name, Layer layer, int mostFrames, String shown) {}

  /** A stage and the frames that wait in front of it. */
  private final class Station {
    private final Stage stage;
    private final Buffers buffers = ops.buffers("waiting frames");
    private Tensor waiting;
    private long count;
    private boolean started;

    private Station(Stage stage) {
      this.stage = stage;
    }

    /** What the layer can take now, of the frames that wait and a chunk; null if nothing. */
    private Tensor ready(Tensor x, boolean last) {
      long all = count + x.size(0);
      int step = stage.layer().frameStep();
      long first = started ? 0 : 1 + stage.layer().lookAhead();
      long taken = last ? all : all < first ? 0 : first + (all - first) / step * step;
      if (taken == x.size(0) && count == 0) {
        started = true;
        return x;
      }
      Tensor ready = taken == 0 ? null : joined(x, taken);
      hold(x, all - taken);
      started |= taken > 0;
      return ready;
    }

    private Tensor joined(Tensor x, long taken) {
      Tensor joined = ops.allocate(x.dtype(), x.shape().withFirst(taken));
      if (count > 0) {
        ops.copyInto(joined.narrow(0, 0, count), waiting.narrow(0, 0, count));
      }
      ops.copyInto(joined.narrow(0, count, taken - count), x.narrow(0, 0, taken - count));
      count = 0;
      if (stage.layer().frameStep() == 1) {
        // Only the first chunk had to wait.
        buffers.close();
      }
      return joined;
    }

    /** The last frames of a chunk wait. */
    private void hold(Tensor x, long all) {
      long added = all - count;
      if (waiting == null && added > 0) {
        int capacity = Math.max(stage.layer().lookAhead(), stage.layer().frameStep() - 1);
        waiting = buffers.allocate(x.dtype(), x.shape().withFirst(capacity));
      }
      if (added > 0) {
        ops.copyInto(waiting.narrow(0, count, added), x.narrow(0, x.size(0) - added, added));
      }
      count = all;
    }
  }

  private final Ops ops;
  private final FrameCache cache;
  private final List<Station> stations;
  private final Consumer<Tensor> frames;

  /**
   * The layers in front of a clip's first frame.
   *
   * @param frames takes what the last layer makes, valid during the call
   */
  public LayerStream(Ops ops, List<Stage> stages, Consumer<Tensor> frames) {
    this.ops = ops;
    this.cache = new FrameCache(ops);
    this.stations = stages.stream().map(Station::new).toList();
    this.frames = frames;
  }

  /**
   * Takes the next chunk.
   *
   * @param x [frames, height, width, channels], contiguous; may be overwritten
   * @param last whether the clip ends with it
   */
  public void push(Tensor x, boolean last) {
    push(0, x, last);
  }

  private void push(int index, Tensor x, boolean last) {
    if (index == stations.size()) {
      frames.accept(x);
      return;
    }
    Station station = stations.get(index);
    long most = station.stage.mostFrames();
    for (long start = 0; start < x.size(0); start += most) {
      long count = Math.min(most, x.size(0) - start);
      take(index, x.narrow(0, start, count), last && start + count == x.size(0));
    }
  }

  private void take(int index, Tensor x, boolean last) {
    Station station = stations.get(index);
    Stage stage = station.stage;
    try (var _ = ops.scope()) {
      Tensor ready = station.ready(x, last);
      if (ready != null) {
        cache.beginChunk(last);
        Tensor out = stage.layer().forward(ops, stage.name(), ready, cache);
        if (stage.shown() != null) {
          ops.tap(stage.shown(), out);
        }
        push(index + 1, out, last);
      }
    }
  }

  /** Releases what the layers remember. */
  @Override
  public void close() {
    stations.forEach(station -> station.buffers.close());
    cache.close();
  }
}
