package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Roofline;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * How fast a device was when it was measured, kept as long as the process runs: whoever forecasts
 * many jobs measures each kind of operation once. Any thread may ask and add.
 */
final class KnownRates {
  /** By the names of devices, which tell how they compute and on how many threads. */
  private static final Map<String, KnownRates> DEVICES = new ConcurrentHashMap<>();

  private final Map<OperationRates.Kind, Double> secondsPerFlop = new ConcurrentHashMap<>();
  private final ReentrantLock measuring = new ReentrantLock();
  private Packing packing = Packing.NONE;

  /** Null until somebody asks for it. */
  private volatile Optional<Roofline> roofline;

  /**
   * Weights that were packed for their first use.
   *
   * @param bytes in the form in which a device multiplies by them
   * @param seconds that it took
   */
  record Packing(double bytes, double seconds) {
    static final Packing NONE = new Packing(0, 0);

    Packing plus(Packing other) {
      return new Packing(bytes + other.bytes, seconds + other.seconds);
    }

    /** 0 where nothing was packed. */
    double secondsPerByte() {
      return bytes == 0 ? 0 : seconds / bytes;
    }
  }

  /** What is known of a device, and of others of the same name. */
  static KnownRates of(Backend device) {
    return DEVICES.computeIfAbsent(device.name(), _ -> new KnownRates());
  }

  /**
   * What the device can do at best; the first one who asks waits for about a second.
   *
   * @param peaks measures it
   */
  Optional<Roofline> roofline(Supplier<Optional<Roofline>> peaks) {
    if (roofline == null) {
      reserve();
      try {
        if (roofline == null) {
          roofline = peaks.get();
        }
      } finally {
        release();
      }
    }
    return roofline;
  }

  /** Seconds for each operation of a kind's arithmetic; null where it was not measured. */
  Double secondsPerFlop(OperationRates.Kind kind) {
    return secondsPerFlop.get(kind);
  }

  void add(OperationRates.Kind kind, double rate) {
    secondsPerFlop.put(kind, rate);
  }

  synchronized Packing packing() {
    return packing;
  }

  synchronized void add(Packing more) {
    packing = packing.plus(more);
  }

  /** Waits until nobody measures the device, and lets nobody else do it until {@link #release}. */
  void reserve() {
    measuring.lock();
  }

  void release() {
    measuring.unlock();
  }
}
