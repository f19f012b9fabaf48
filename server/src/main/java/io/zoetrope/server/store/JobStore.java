package io.zoetrope.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * Keeps jobs. Whatever a method has done when it returns outlasts the process, and the machine. Any
 * thread may call it, and servers may share one. All methods throw {@link StoreException} where the
 * store cannot be reached.
 */
public interface JobStore extends AutoCloseable {
  /**
   * What became of a job that was handed in.
   *
   * @param job the one that is kept
   * @param isNew whether it is the one that was handed in, and not an earlier one of the same key
   */
  record Added(JobRecord job, boolean isNew) {}

  /** A request with a key that another request had. */
  final class KeyReusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** As many jobs wait as may wait. */
  final class QueueFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The job that a key was used for.
   *
   * @param requestHash of the request that has the key now
   * @throws KeyReusedException if it was another request
   */
  Optional<JobRecord> keyed(String key, String requestHash);

  /**
   * Adds a job that waits.
   *
   * @param key a request with the same key adds nothing; null for none
   * @param requestHash of what was asked for
   * @param mostQueued how many may wait
   * @throws KeyReusedException if another request had the key
   * @throws QueueFullException if as many wait already
   */
  Added add(JobRecord job, String key, String requestHash, int mostQueued);

  /** A job by its id. */
  Optional<JobRecord> find(String id);

  /** The jobs that a query asks for, and one more if there are more. */
  List<JobRecord> list(JobQuery query);

  /**
   * Gives a worker the next job: of the client whose last turn was longest ago, the one that waits
   * longest. Jobs count as waiting whose workers have not been heard of.
   *
   * @param worker a name that no other worker has
   * @param lease for how many seconds it is the worker's unless it is {@link #renew}ed
   */
  Optional<JobRecord> claim(String worker, int lease);

  /**
   * Says that a worker goes on, and how far it is.
   *
   * @param steps behind how many steps its checkpoint is
   * @return whether the job is still there, and the worker's
   */
  boolean renew(String id, String worker, int lease, int steps);

  /** A worker leaves a job to whoever comes next. */
  void release(String id, String worker);

  /**
   * The clip of a job is complete.
   *
   * @param expires when it is deleted; 0 for never
   * @param facts what is told of the job from now on
   * @return whether the job was still there, and the worker's
   */
  boolean complete(String id, String worker, long expires, ObjectNode facts);

  /** A job ended without a clip; nothing happens if it is not the worker's any more. */
  boolean fail(String id, String worker, JobRecord.Failure failure);

  /** Changes what the client says of a job; empty if there is none. */
  Optional<JobRecord> describe(String id, Optional<Boolean> favourite, Optional<ObjectNode> meta);

  /** Removes a job; whether it was there. */
  boolean remove(String id);

  /** Marks those jobs as expired whose time is over, and returns them. */
  List<String> expire();

  /** Ids of the jobs that wait, in the order in which they will be claimed. */
  List<String> queue();

  /** How many jobs are in a state. */
  int count(JobStatus status);

  /** Ids of all jobs. */
  List<String> ids();

  /** Whether other servers may use it now. */
  boolean isShared();

  /** Jobs that are in progress belong to nobody: the process that had them is gone. */
  void recover();

  @Override
  void close();
}
