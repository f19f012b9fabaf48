package io.zoetrope.server.store;

import java.util.Optional;

/**
 * Which jobs of the list, and in which order.
 *
 * @param limit how many at most
 * @param after id of the job that comes before them
 * @param isAscending whether the oldest comes first
 * @param text that their prompts contain, in whichever case
 * @param status how far they are
 * @param model that makes them
 * @param favourites whether those alone that somebody wants to keep
 */
public record JobQuery(
    int limit,
    Optional<String> after,
    boolean isAscending,
    Optional<String> text,
    Optional<JobStatus> status,
    Optional<String> model,
    boolean favourites) {
  /** The newest ones. */
  public static JobQuery newest(int limit) {
    return new JobQuery(
        limit,
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false);
  }
}
