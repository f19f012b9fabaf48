package io.zoetrope.hub;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Work that waits for a network, on virtual threads: so much at a time, and all of it or none.
 *
 * @param <T> what something is done with
 */
final class Parallel<T> {
  /**
   * Something to do with an item.
   *
   * @param <T> of what kind
   */
  @FunctionalInterface
  interface Work<T> {
    void accept(T item) throws IOException;
  }

  private final Queue<T> queue;
  private final Work<T> work;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<Thread> workers;

  private Parallel(int width, Collection<T> items, Work<T> work) {
    queue = new ConcurrentLinkedQueue<>(items);
    this.work = work;
    workers =
        IntStream.range(0, Math.min(width, items.size()))
            .mapToObj(_ -> Thread.ofVirtual().unstarted(this::run))
            .toList();
  }

  /**
   * Does something with each item, in order, several at a time. After a failure nothing is begun
   * any more, and what is under way is interrupted.
   *
   * @param width how many at a time
   * @throws IOException the first failure, if it is one
   * @throws CancellationException if this thread is interrupted
   */
  static <T> void forEach(int width, Collection<T> items, Work<T> work) throws IOException {
    new Parallel<>(width, items, work).finish();
  }

  private void finish() throws IOException {
    workers.forEach(Thread::start);
    for (Thread worker : workers) {
      join(worker);
    }
    switch (failure.get()) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /** Waits to the end, also when it is interrupted: files must not be written behind its back. */
  private void join(Thread worker) {
    while (true) {
      try {
        worker.join();
        return;
      } catch (InterruptedException _) {
        stop(new CancellationException("interrupted"));
      }
    }
  }

  private void run() {
    try {
      for (T item = queue.poll(); item != null; item = queue.poll()) {
        work.accept(item);
      }
    } catch (Throwable e) {
      stop(e);
    }
  }

  private void stop(Throwable reason) {
    queue.clear();
    if (failure.compareAndSet(null, reason)) {
      workers.forEach(Thread::interrupt);
    }
  }
}
