package io.zoetrope.kernels.cuda.standin;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Streams and events. Work is not done when it is queued, but in an order that a real device could
 * take and that shows what was forgotten: see {@link StreamOrder}.
 */
final class StandInStreams {
  /** Every piece of work takes a microsecond. */
  private static final float MILLISECONDS = 1e-3f;

  /** One recording of an event. */
  private static final class Recording {
    private final long stream;
    private boolean reached;
    private long time;

    Recording(long stream) {
      this.stream = stream;
    }
  }

  private final StreamOrder order;
  private final Map<Long, Queue<Runnable>> streams = new HashMap<>();
  private final Map<Long, Recording> events = new HashMap<>();
  private long clock;

  StandInStreams(StreamOrder order) {
    this.order = order;
  }

  void createStream(long stream) {
    streams.put(stream, new ArrayDeque<>());
  }

  void createEvent(long event) {
    events.put(event, null);
  }

  void destroyEvent(long event) {
    events.remove(event);
  }

  /** Whether a stream was created. */
  boolean has(long stream) {
    return streams.containsKey(stream);
  }

  /** Whether an event was created. */
  boolean hasEvent(long event) {
    return events.containsKey(event);
  }

  /** Queues work. */
  void add(long stream, Runnable work) {
    streams
        .get(stream)
        .add(() -> {
          clock++;
          work.run();
        });
  }

  void record(long event, long stream) {
    Recording recording = new Recording(stream);
    events.put(event, recording);
    streams
        .get(stream)
        .add(() -> {
          recording.reached = true;
          recording.time = clock;
        });
  }

  /** Lets later work of a stream wait for what an event recorded last. */
  void wait(long stream, long event) {
    Recording recording = events.get(event);
    if (recording != null) {
      streams.get(stream).add(() -> runUntil(recording));
    }
  }

  /** The host waits for a stream. */
  void synchronizeStream(long stream) {
    runOthers(stream);
    run(stream);
  }

  /** The host waits for what an event recorded last. */
  void synchronizeEvent(long event) {
    Recording recording = events.get(event);
    if (recording != null) {
      runOthers(recording.stream);
      runUntil(recording);
    }
  }

  /** Milliseconds between two recordings; NaN if one was not reached. */
  float elapsed(long start, long end) {
    Recording from = events.get(start);
    Recording to = events.get(end);
    return from == null || to == null || !from.reached || !to.reached
        ? Float.NaN
        : (to.time - from.time) * MILLISECONDS;
  }

  private void runOthers(long stream) {
    if (order == StreamOrder.OTHERS_FIRST) {
      for (long other : List.copyOf(streams.keySet())) {
        if (other != stream) {
          run(other);
        }
      }
    }
  }

  private void run(long stream) {
    Queue<Runnable> work = streams.get(stream);
    while (!work.isEmpty()) {
      work.remove().run();
    }
  }

  private void runUntil(Recording recording) {
    while (!recording.reached) {
      streams.get(recording.stream).remove().run();
    }
  }
}
