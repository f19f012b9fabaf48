package io.zoetrope.server.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.server.api.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlJobStoreTest {
  private static final int LEASE = 60;

  @TempDir Path folder;
  private SqlJobStore store;

  @BeforeEach
  void open() {
    store = SqlJobStore.sqlite(folder.resolve("jobs.db"));
  }

  private JobStore.Added add(String id, String client, String key) {
    return store.add(
        new JobRecord(
            id,
            JobStatus.QUEUED,
            0,
            0,
            0,
            0,
            false,
            "demo",
            "A ball, 100 % red",
            client,
            Json.object(),
            Json.object(),
            false,
            Json.object(),
            null,
            0,
            0),
        key,
        "hash of " + id,
        5);
  }

  @Test
  void clientsTakeTurns() {
    add("a1", "a", null);
    add("a2", "a", null);
    add("a3", "a", null);
    add("b1", "b", null);
    assertEquals(List.of("a1", "b1", "a2", "a3"), store.queue());
    List<String> claimed = new ArrayList<>();
    for (Optional<JobRecord> job = store.claim("w", LEASE);
        job.isPresent();
        job = store.claim("w", LEASE)) {
      claimed.add(job.get().id());
    }
    assertEquals(List.of("a1", "b1", "a2", "a3"), claimed);
  }

  @Test
  void aJobIsOneWorkersUntilItsLeaseIsOver() throws InterruptedException {
    add("a", "a", null);
    assertTrue(store.claim("one", 0).isPresent());
    Thread.sleep(2);
    assertEquals(2, store.claim("two", LEASE).orElseThrow().attempts());
    assertTrue(store.claim("three", LEASE).isEmpty());
    assertFalse(store.renew("a", "one", LEASE, 1), "it is another's");
    assertFalse(store.complete("a", "one", 0, Json.object()), "it is another's");
    assertTrue(store.renew("a", "two", LEASE, 3));
    assertEquals(1, store.find("a").orElseThrow().attempts(), "it got on");
    assertTrue(store.complete("a", "two", 0, Json.object()));
    assertEquals(JobStatus.COMPLETED, store.find("a").orElseThrow().status());
  }

  @Test
  void aKeyBelongsToOneRequest() {
    assertTrue(add("a", "a", "key").isNew());
    assertFalse(add("a", "a", "key").isNew());
    assertThrows(JobStore.KeyReusedException.class, () -> add("b", "a", "key"));
    assertEquals(List.of("a"), store.ids());
  }

  @Test
  void noMoreWaitThanMayWait() {
    for (int i = 0; i < 5; i++) {
      add("job " + i, "a", null);
    }
    assertThrows(JobStore.QueueFullException.class, () -> add("one more", "a", null));
  }

  @Test
  void whatIsAcknowledgedOutlastsTheProcess() {
    add("a", "a", null);
    store.claim("gone", LEASE);
    try (SqlJobStore next = SqlJobStore.sqlite(folder.resolve("jobs.db"))) {
      assertTrue(next.claim("new", LEASE).isEmpty(), "the lease holds");
      next.recover();
      assertEquals("a", next.claim("new", LEASE).orElseThrow().id());
    }
  }

  @Test
  void clipsThatNobodyWantsToKeepExpire() {
    for (String id : List.of("a", "b")) {
      add(id, "a", null);
      store.claim("w", LEASE);
      store.complete(id, "w", 1, Json.object());
    }
    store.describe("b", Optional.of(true), Optional.empty());
    assertEquals(List.of("a"), store.expire());
    assertTrue(store.find("a").orElseThrow().isExpired());
    assertEquals(List.of(), store.expire());
  }

  @Test
  void findsTextAsItIsWritten() {
    add("a", "a", null);
    assertEquals(1, store.list(search("100 % RED")).size());
    assertEquals(0, store.list(search("100 _ red")).size());
  }

  private static JobQuery search(String text) {
    return new JobQuery(
        10, Optional.empty(), true, Optional.of(text), Optional.empty(), Optional.empty(), false);
  }
}
