package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.model.Planner;
import io.zoetrope.server.store.JobQuery;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import io.zoetrope.server.store.JobStore;
import io.zoetrope.server.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** All jobs of a server: takes them in, has workers run them, and tells how far they are. */
public final class JobService implements AutoCloseable {
  private static final int STOP_SECONDS = 7;
  private static final long POLL_MILLIS = 1000;
  private static final int SWEEP_SECONDS = 30;

  /**
   * How jobs are treated.
   *
   * @param mostQueued how many may wait
   * @param checkpointEvery after how many steps the state of a job is kept
   * @param kept how long finished clips are kept; zero for ever
   */
  public record Policy(int mostQueued, int checkpointEvery, Duration kept) {}

  private final JobStore store;
  private final DataFolder data;
  private final Planner planner;
  private final Policy policy;
  private final Consumer<String> log;
  private final JobIntake intake;
  private final JobEvents events = new JobEvents();
  private final Map<String, RunningJob> running = new ConcurrentHashMap<>();
  private final List<Thread> workers = new ArrayList<>();
  private final Object work = new Object();
  private volatile boolean isClosing;

  /** For {@link #health}, which must not wait for the store. */
  private volatile int queued;

  private final LongAdder failures = new LongAdder();

  /**
   * A failure that the store could not keep yet.
   *
   * @param worker that had the job
   */
  private record Unkept(String worker, JobRecord.Failure failure) {}

  private final Map<String, Unkept> unkept = new ConcurrentHashMap<>();

  /**
   * Begins to work.
   *
   * @param store stays the caller's to close, as do the other parts
   * @param devices one worker for each
   * @param log gets a line for what happens
   */
  public JobService(
      JobStore store,
      DataFolder data,
      Planner planner,
      List<Backend> devices,
      Policy policy,
      Consumer<String> log) {
    this.store = store;
    this.data = data;
    this.planner = planner;
    this.policy = policy;
    this.log = log;
    intake = new JobIntake(this, store, data, planner, policy.mostQueued());
    queued = store.count(JobStatus.QUEUED);
    MemoryBudget memory = new MemoryBudget(planner::availableBytes);
    for (Backend device : devices) {
      JobRunner runner = new JobRunner(device, data, planner, events, policy.checkpointEvery());
      workers.add(
          Thread.ofPlatform()
              .name("worker on " + device.name())
              .start(new Worker(data.newId(), runner, this, memory)));
    }
    if (store.isShared()) {
      Thread.ofPlatform().daemon().name("other servers").start(this::hearOthers);
    }
    workers.add(Thread.ofPlatform().daemon().name("expiry").start(this::sweep));
  }

  // ---------------------------------------------------------------- for workers

  JobStore store() {
    return store;
  }

  DataFolder data() {
    return data;
  }

  boolean isClosing() {
    return isClosing;
  }

  void log(String line) {
    log.accept(line);
  }

  /**
   * A job has failed: clients are told, also while the store cannot keep it, as on a full disk.
   *
   * @param worker that had it
   */
  void failed(String id, String worker, JobRecord.Failure failure) {
    failures.increment();
    unkept.put(id, new Unkept(worker, failure));
    keepFailures();
  }

  /** Has the store keep what it could not keep before. */
  private void keepFailures() {
    unkept.forEach((id, failed) -> {
      try {
        try {
          store.fail(id, failed.worker(), failed.failure());
        } catch (StoreException _) {
          data.useReserve();
          store.fail(id, failed.worker(), failed.failure());
        }
        unkept.remove(id);
      } catch (StoreException e) {
        log(e.getMessage());
      }
    });
  }

  /** A job as the store has it, with what the store could not keep. */
  private JobRecord complete(JobRecord job) {
    Unkept failed = unkept.get(job.id());
    return failed == null ? job : job.failed(failed.failure());
  }

  /** When a clip that is complete now is deleted, in microseconds; 0 for never. */
  long expiry() {
    return policy.kept().isZero()
        ? 0
        : ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now().plus(policy.kept()));
  }

  /** A job has come: a worker may take it. */
  void arrived() {
    queued = store.count(JobStatus.QUEUED);
    synchronized (work) {
      work.notifyAll();
    }
  }

  void awaitWork() {
    synchronized (work) {
      if (!isClosing) {
        try {
          work.wait(POLL_MILLIS);
        } catch (InterruptedException _) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }

  void begin(RunningJob job) {
    running.put(job.job().id(), job);
    unkept.remove(job.job().id());
    if (isClosing) {
      job.stop(RunningJob.Stop.SHUTDOWN);
    }
    log("began " + job.job().id());
    changed(job.job().id());
    store.queue().forEach(this::changed);
  }

  void end(RunningJob job) {
    String id = job.job().id();
    running.remove(id);
    data.keepReserve();
    if (store.find(id).isEmpty()) {
      data.delete(id);
    }
    changed(id);
  }

  /** Tells who listens what a job is like now. */
  private void changed(String id) {
    queued = store.count(JobStatus.QUEUED);
    if (!events.isHeard(id)) {
      return;
    }
    find(id)
        .ifPresent(job -> {
          boolean isOver = job.status().isOver();
          events.publish(id, isOver ? "done" : "status", view(job), isOver);
        });
  }

  // ---------------------------------------------------------------- for clients

  /** Events of jobs. */
  public JobEvents events() {
    return events;
  }

  /** Takes requests in. */
  public JobIntake intake() {
    return intake;
  }

  /** What becomes of requests. */
  public Planner planner() {
    return planner;
  }

  /** A job as clients see it. */
  public ObjectNode view(JobRecord job) {
    return JobView.of(
        job, running.get(job.id()), job.status() == JobStatus.QUEUED ? store.queue() : List.of());
  }

  /**
   * A job by its id.
   *
   * @throws ApiException if there is none
   */
  public JobRecord required(String id) {
    return find(id).orElseThrow(() -> ApiException.notFound("there is no video with this id"));
  }

  /** A job by its id, if there is one. */
  public Optional<JobRecord> find(String id) {
    return store.find(id).map(this::complete);
  }

  /** Whether the server is about to end. */
  public boolean isEnding() {
    return isClosing;
  }

  /** Jobs that a query asks for, and one more if there are more. */
  public List<JobRecord> list(JobQuery query) {
    return store.list(query).stream().map(this::complete).toList();
  }

  /** Changes what the client says of a job. */
  public ObjectNode describe(String id, Optional<Boolean> favourite, Optional<ObjectNode> meta) {
    required(id);
    store.describe(id, favourite, meta);
    changed(id);
    return view(required(id));
  }

  /** Cancels a job and removes all of it. */
  public void delete(String id) {
    required(id);
    store.remove(id);
    RunningJob job = running.get(id);
    if (job == null) {
      data.delete(id);
    } else {
      job.stop(RunningJob.Stop.CANCEL);
    }
    if (events.isHeard(id)) {
      events.publish(id, "deleted", deleted(id), true);
    }
    events.forget(id);
    queued = store.count(JobStatus.QUEUED);
  }

  /** What listeners are told of a job that is gone. */
  public static ObjectNode deleted(String id) {
    return Json.object().put("id", id).put("deleted", true);
  }

  /** The data folder, for finished clips. */
  public DataFolder folder() {
    return data;
  }

  /** How many wait, and how many run, without asking the store. */
  public ObjectNode health() {
    ObjectNode health = Json.object();
    health.put("status", isClosing ? "ending" : "ok");
    health.put("queued", queued);
    return health.put("running", running.size());
  }

  /** Jobs that have failed since the server began. */
  public long failures() {
    return failures.sum();
  }

  // ---------------------------------------------------------------- other servers

  /** Tells who listens here what has become of jobs that other servers had. */
  private void hearOthers() {
    while (!isClosing) {
      try {
        events.heard().stream().filter(id -> !running.containsKey(id)).forEach(this::hear);
      } catch (RuntimeException e) {
        log(e.getMessage());
      }
      awaitWork();
    }
  }

  private void hear(String id) {
    Optional<JobRecord> job = find(id);
    if (job.isEmpty()) {
      events.publish(id, "deleted", deleted(id), true);
      events.forget(id);
    } else if (job.get().status().isOver()) {
      changed(id);
    }
  }

  // ---------------------------------------------------------------- the end

  /** Deletes clips whose time is over. */
  private void sweep() {
    while (!isClosing) {
      try {
        for (String id : store.expire()) {
          data.delete(id);
          log("expired " + id);
        }
        keepFailures();
        TimeUnit.SECONDS.sleep(SWEEP_SECONDS);
      } catch (InterruptedException _) {
        return;
      } catch (RuntimeException e) {
        log(e.getMessage());
        awaitWork();
      }
    }
  }

  /** Stops accepting and working: jobs that run are kept behind their last step. */
  @Override
  public void close() {
    isClosing = true;
    synchronized (work) {
      work.notifyAll();
    }
    running.values().forEach(job -> job.stop(RunningJob.Stop.SHUTDOWN));
    workers.getLast().interrupt();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
    for (Thread worker : workers) {
      try {
        worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
    events.end();
    // An operation that takes long is not waited for: the state behind the last step is enough.
    running.values().forEach(RunningJob::keep);
  }

  /** Whether all work has ended, and what it works with can be closed. */
  public boolean hasEnded() {
    return workers.stream().noneMatch(Thread::isAlive);
  }
}
