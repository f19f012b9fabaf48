package io.zoetrope.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A job as it is kept. Times are microseconds since 1970, 0 where there is none yet.
 *
 * @param id random; names the job's folder, too
 * @param status how far it is
 * @param created when it was acknowledged; differs from job to job
 * @param started when a worker began it last
 * @param completed when its clip was complete
 * @param expires when its clip is deleted; 0 for never
 * @param isExpired whether it has been
 * @param model that makes it
 * @param prompt what it shows
 * @param client whose turn it takes in the queue
 * @param work what to do, as {@link io.zoetrope.server.work} reads it
 * @param facts what is told of it beside: settings, forecast, warnings
 * @param favourite whether somebody wants to keep it
 * @param metadata of the client
 * @param error why it failed; null unless it did
 * @param attempts how often a worker has begun it since it last got on
 * @param steps behind how many steps its checkpoint is
 */
public record JobRecord(
    String id,
    JobStatus status,
    long created,
    long started,
    long completed,
    long expires,
    boolean isExpired,
    String model,
    String prompt,
    String client,
    ObjectNode work,
    ObjectNode facts,
    boolean favourite,
    ObjectNode metadata,
    Failure error,
    int attempts,
    int steps) {
  /**
   * Why a job failed.
   *
   * @param code for programs
   * @param message one line for people
   */
  public record Failure(String code, String message) {}

  /** The same job, failed. */
  public JobRecord failed(Failure failure) {
    return new JobRecord(
        id,
        JobStatus.FAILED,
        created,
        started,
        completed,
        expires,
        isExpired,
        model,
        prompt,
        client,
        work,
        facts,
        favourite,
        metadata,
        failure,
        attempts,
        steps);
  }
}
