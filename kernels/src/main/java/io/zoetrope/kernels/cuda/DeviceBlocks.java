package io.zoetrope.kernels.cuda;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Memory that is given back together. */
final class DeviceBlocks {
  private final Queue<Runnable> releases = new ConcurrentLinkedQueue<>();

  /** Adds what gives a piece of memory back. */
  void add(Runnable release) {
    releases.add(release);
  }

  /** Gives everything back; to be called by the thread of the device. */
  void free() {
    for (Runnable release = releases.poll(); release != null; release = releases.poll()) {
      release.run();
    }
  }
}
