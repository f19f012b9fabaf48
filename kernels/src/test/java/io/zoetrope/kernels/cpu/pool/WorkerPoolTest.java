package io.zoetrope.kernels.cpu.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DeviceWatcher;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class WorkerPoolTest {
  /** Each thread takes a task before any can go on, so each has worked. */
  @Test
  void aWatcherHearsOfEveryThread() throws Exception {
    Set<String> threads = ConcurrentHashMap.newKeySet();
    try (WorkerPool<Object> pool = new WorkerPool<>(3, Object::new)) {
      CyclicBarrier together = new CyclicBarrier(3);
      CountDownLatch heard = new CountDownLatch(3);
      pool.watch(
          new DeviceWatcher() {
            @Override
            public void worked(String thread, long startNanos, long nanos) {
              threads.add(thread);
              heard.countDown();
            }
          });
      pool.run(
          3,
          (_, _) -> {
            try {
              together.await();
            } catch (InterruptedException | BrokenBarrierException e) {
              throw new IllegalStateException(e);
            }
          });
      assertTrue(heard.await(10, TimeUnit.SECONDS));
    }
    assertEquals(
        Set.of(Thread.currentThread().getName(), "zoetrope-cpu-1", "zoetrope-cpu-2"), threads);
  }

  @Test
  void everyTaskRunsOnce() {
    try (WorkerPool<Object> pool = new WorkerPool<>(3, Object::new)) {
      for (int count : new int[] {0, 1, 2, 3, 1000}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(count);
        pool.run(count, (task, _) -> runs.incrementAndGet(task));
        for (int task = 0; task < count; task++) {
          assertEquals(1, runs.get(task));
        }
      }
    }
  }

  @Test
  void threadsWorkAtTheSameTimeWithArraysOfTheirOwn() {
    try (WorkerPool<Object> pool = new WorkerPool<>(3, Object::new)) {
      CountDownLatch together = new CountDownLatch(3);
      Set<Object> workspaces = ConcurrentHashMap.newKeySet();
      pool.run(
          3,
          (_, workspace) -> {
            workspaces.add(workspace);
            together.countDown();
            await(together);
          });
      assertEquals(3, workspaces.size());
    }
  }

  @Test
  void errorsOfTasksReachTheCaller() {
    try (WorkerPool<Object> pool = new WorkerPool<>(2, Object::new)) {
      Error error = new AssertionError("task 17");
      Error thrown =
          assertThrows(
              AssertionError.class,
              () ->
                  pool.run(
                      40,
                      (task, _) -> {
                        if (task == 17) {
                          throw error;
                        }
                      }));
      assertSame(error, thrown);
      everyTaskRunsOnce();
    }
  }

  @Test
  void anInterruptIsKept() {
    try (WorkerPool<Object> pool = new WorkerPool<>(2, Object::new)) {
      Thread.currentThread().interrupt();
      pool.run(2, (_, _) -> pause());
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void closingEndsTheThreads() throws InterruptedException {
    Thread[] worker = new Thread[2];
    CountDownLatch together = new CountDownLatch(2);
    WorkerPool<Object> pool = new WorkerPool<>(2, Object::new);
    pool.run(
        2,
        (task, _) -> {
          worker[task] = Thread.currentThread();
          together.countDown();
          await(together);
        });
    pool.close();
    Thread other = worker[0] == Thread.currentThread() ? worker[1] : worker[0];
    other.join(10_000);
    assertFalse(other.isAlive());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Long enough that the caller has to sleep until the other thread is done. */
  private static void pause() {
    long end = System.nanoTime() + 5_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
