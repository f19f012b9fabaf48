package io.zoetrope.kernels.cpu.pool;

import io.zoetrope.ops.DeviceWatcher;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A fixed set of threads that share the tasks of one operation at a time; the calling thread works
 * too. Tasks are handed out one by one, so a slow core takes fewer of them.
 */
public final class WorkerPool<W> implements AutoCloseable {
  /** How long an idle worker looks for the next operation before it sleeps. */
  private static final long SPIN_NANOS = 50_000;

  private static final int FEWEST_BLOCKS = 16;

  /** The part of an operation with the given number; parts may run in any order and place. */
  @FunctionalInterface
  public interface Task<W> {
    /**
     * Does one part.
     *
     * @param workspace of the thread that runs this
     */
    void run(int index, W workspace);
  }

  /** One operation. Stays valid for workers that arrive late: they find no task left. */
  private static final class Job<W> {
    final Task<W> task;
    final int count;
    final Thread caller = Thread.currentThread();
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger finished = new AtomicInteger();
    volatile Throwable failure;

    Job(Task<W> task, int count) {
      this.task = task;
      this.count = count;
    }

    void work(W workspace) {
      for (int index = next.getAndIncrement(); index < count; index = next.getAndIncrement()) {
        if (failure == null) {
          try {
            task.run(index, workspace);
          } catch (Throwable e) {
            failure = e;
          }
        }
        if (finished.incrementAndGet() == count) {
          LockSupport.unpark(caller);
        }
      }
    }
  }

  private final Thread[] workers;
  private final ThreadLocal<W> workspaces;
  private final ReentrantLock inUse = new ReentrantLock();
  private volatile Job<W> job;

  /** Workers see it once they see the job behind it. */
  private DeviceWatcher watcher = DeviceWatcher.NONE;

  private volatile boolean closed;

  /**
   * Starts the threads.
   *
   * @param threads that work, the caller included
   * @param workspace makes what a thread keeps from one task to the next
   */
  public WorkerPool(int threads, Supplier<W> workspace) {
    workspaces = ThreadLocal.withInitial(workspace);
    workers = new Thread[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = Thread.ofPlatform().daemon().name("zoetrope-cpu-" + (i + 1)).start(this::serve);
    }
  }

  /** Lets somebody hear what threads do, from the next operation on. */
  public void watch(DeviceWatcher newWatcher) {
    watcher = newWatcher;
  }

  /** Who hears what threads do. */
  public DeviceWatcher watcher() {
    return watcher;
  }

  /** Threads that work, the caller included. */
  public int threads() {
    return workers.length + 1;
  }

  /** The workspace of the calling thread. */
  public W workspace() {
    return workspaces.get();
  }

  /**
   * Runs tasks of one block of memory each, as {@link #run} does: a few of them are done before
   * another thread has woken up, so the caller does them alone.
   */
  public void runBlocks(int count, Task<W> task) {
    if (count < FEWEST_BLOCKS) {
      runAlone(count, task, workspaces.get());
    } else {
      run(count, task);
    }
  }

  /**
   * Runs tasks 0 to {@code count - 1} and returns when all are done. The first error or exception
   * of a task is thrown here. While another thread's operation holds the workers, the caller works
   * alone.
   */
  public void run(int count, Task<W> task) {
    W workspace = workspaces.get();
    if (count == 1 || workers.length == 0 || !inUse.tryLock()) {
      runAlone(count, task, workspace);
      return;
    }
    try {
      Job<W> current = new Job<>(task, count);
      job = current;
      for (int i = 0; i < Math.min(workers.length, count - 1); i++) {
        LockSupport.unpark(workers[i]);
      }
      work(current, workspace);
      awaitEnd(current);
      rethrow(current.failure);
    } finally {
      job = null;
      inUse.unlock();
    }
  }

  private static <W> void runAlone(int count, Task<W> task, W workspace) {
    for (int index = 0; index < count; index++) {
      task.run(index, workspace);
    }
  }

  private void work(Job<W> current, W workspace) {
    if (watcher == DeviceWatcher.NONE) {
      current.work(workspace);
    } else {
      long start = System.nanoTime();
      current.work(workspace);
      watcher.worked(Thread.currentThread().getName(), start, System.nanoTime() - start);
    }
  }

  private void serve() {
    Job<W> done = null;
    long idleSince = System.nanoTime();
    while (!closed) {
      Job<W> current = job;
      if (current != null && current != done) {
        work(current, workspaces.get());
        done = current;
        idleSince = System.nanoTime();
      } else if (System.nanoTime() - idleSince < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        // Holding the last operation here would keep its tensors reachable while idle.
        done = null;
        LockSupport.park(this);
        idleSince = System.nanoTime();
      }
    }
  }

  private static void awaitEnd(Job<?> current) {
    long start = System.nanoTime();
    boolean interrupted = false;
    while (current.finished.get() < current.count) {
      if (System.nanoTime() - start < SPIN_NANOS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(current);
        // An interrupt makes park return at once; it is kept for whoever checks next.
        interrupted |= Thread.interrupted();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  /** Ends the threads. */
  @Override
  public void close() {
    closed = true;
    for (Thread worker : workers) {
      LockSupport.unpark(worker);
    }
  }
}
