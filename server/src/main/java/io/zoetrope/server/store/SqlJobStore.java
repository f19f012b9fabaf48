package io.zoetrope.server.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/** Jobs in a table of an SQL database: SQLite in a file, or any other that JDBC reaches. */
public final class SqlJobStore implements JobStore {
  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS jobs (
        id VARCHAR(64) PRIMARY KEY, status VARCHAR(16) NOT NULL, created BIGINT NOT NULL,
        started BIGINT NOT NULL, completed BIGINT NOT NULL, expires BIGINT NOT NULL,
        expired INTEGER NOT NULL, model TEXT NOT NULL, prompt TEXT NOT NULL, client TEXT NOT NULL,
        work TEXT NOT NULL, facts TEXT NOT NULL, favourite INTEGER NOT NULL, metadata TEXT NOT NULL,
        error_code TEXT, error_message TEXT, attempts INTEGER NOT NULL, steps INTEGER NOT NULL,
        request_key VARCHAR(300) UNIQUE, request_hash VARCHAR(64), worker VARCHAR(64),
        lease BIGINT NOT NULL)
      """;

  private static final List<String> INDEXES =
      List.of(
          "CREATE INDEX IF NOT EXISTS jobs_created ON jobs (created)",
          "CREATE INDEX IF NOT EXISTS jobs_status ON jobs (status)",
          "CREATE INDEX IF NOT EXISTS jobs_client ON jobs (client, started)");

  /** What a worker may take, with the present time as its parameter. */
  private static final String WAITING =
      "(status = 'queued' OR (status = 'in_progress' AND lease < ?))";

  private static final String OWNED = " WHERE id = ? AND worker = ? AND status = 'in_progress'";

  private final Database database;
  private final boolean isShared;
  private long lastTime;

  private SqlJobStore(Database database, boolean isShared) {
    this.database = database;
    this.isShared = isShared;
    database.run(connected -> {
      try (Statement statement = connected.createStatement()) {
        statement.execute(TABLE);
        for (String index : INDEXES) {
          statement.execute(index);
        }
      }
      return null;
    });
  }

  /**
   * Opens or makes a file of SQLite, whose changes are on the disk before they are acknowledged.
   *
   * @throws StoreException if that fails
   */
  public static SqlJobStore sqlite(Path file) {
    return new SqlJobStore(
        new Database(
            "jdbc:sqlite:" + file.toAbsolutePath(),
            List.of(
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA busy_timeout = 5000")),
        false);
  }

  /**
   * Opens a database by its JDBC URL; its driver has to be on the class path.
   *
   * @throws StoreException if that fails
   */
  public static SqlJobStore of(String url) {
    return new SqlJobStore(new Database(url, List.of()), true);
  }

  // ---------------------------------------------------------------- jobs come

  @Override
  public Optional<JobRecord> keyed(String key, String requestHash) {
    return database.run(connected -> {
      try (PreparedStatement select =
          Database.prepared(connected, "SELECT * FROM jobs WHERE request_key = ?", key)) {
        try (ResultSet row = select.executeQuery()) {
          if (!row.next()) {
            return Optional.empty();
          }
          if (!requestHash.equals(row.getString("request_hash"))) {
            throw new KeyReusedException();
          }
          return Optional.of(record(row));
        }
      }
    });
  }

  @Override
  public synchronized Added add(JobRecord job, String key, String requestHash, int mostQueued) {
    Optional<JobRecord> earlier = key == null ? Optional.empty() : keyed(key, requestHash);
    if (earlier.isPresent()) {
      return new Added(earlier.get(), false);
    }
    if (count(JobStatus.QUEUED) >= mostQueued) {
      throw new QueueFullException();
    }
    long created = now();
    database.update(
        "INSERT INTO jobs (id, status, created, started, completed, expires, expired, model, prompt,"
            + " client, work, facts, favourite, metadata, attempts, steps, request_key,"
            + " request_hash, lease)"
            + " VALUES (?, 'queued', ?, 0, 0, 0, 0, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?, 0)",
        job.id(),
        created,
        job.model(),
        job.prompt(),
        job.client(),
        Json.text(job.work()),
        Json.text(job.facts()),
        Json.text(job.metadata()),
        key,
        requestHash);
    return new Added(find(job.id()).orElseThrow(), true);
  }

  @Override
  public Optional<JobRecord> find(String id) {
    return select("SELECT * FROM jobs WHERE id = ?", id).stream().findFirst();
  }

  @Override
  public List<JobRecord> list(JobQuery query) {
    StringBuilder sql = new StringBuilder("SELECT * FROM jobs WHERE 1 = 1");
    List<Object> values = new ArrayList<>();
    query
        .after()
        .ifPresent(id -> {
          sql.append(" AND created ").append(query.isAscending() ? '>' : '<');
          sql.append(" (SELECT created FROM jobs WHERE id = ?)");
          values.add(id);
        });
    query
        .text()
        .ifPresent(text -> {
          sql.append(" AND LOWER(prompt) LIKE ? ESCAPE '!'");
          String escaped =
              text.toLowerCase(Locale.ROOT)
                  .replace("!", "!!")
                  .replace("%", "!%")
                  .replace("_", "!_");
          values.add("%" + escaped + "%");
        });
    query
        .status()
        .ifPresent(status -> {
          sql.append(" AND status = ?");
          values.add(status.wireName());
        });
    query
        .model()
        .ifPresent(model -> {
          sql.append(" AND model = ?");
          values.add(model);
        });
    if (query.favourites()) {
      sql.append(" AND favourite = 1");
    }
    sql.append(" ORDER BY created ").append(query.isAscending() ? "ASC" : "DESC");
    sql.append(" LIMIT ?");
    values.add(query.limit() + 1);
    return select(sql.toString(), values.toArray());
  }

  // ---------------------------------------------------------------- workers

  @Override
  public synchronized Optional<JobRecord> claim(String worker, int lease) {
    while (true) {
      List<String> waiting = queue();
      if (waiting.isEmpty()) {
        return Optional.empty();
      }
      long now = now();
      int claimed =
          database.update(
              "UPDATE jobs SET status = 'in_progress', started = ?, worker = ?, lease = ?,"
                  + " attempts = attempts + 1 WHERE id = ? AND "
                  + WAITING,
              now,
              worker,
              now + micros(lease),
              waiting.getFirst(),
              now);
      // Another server may have been faster.
      if (claimed == 1) {
        return find(waiting.getFirst());
      }
    }
  }

  @Override
  public boolean renew(String id, String worker, int lease, int steps) {
    return 1
        == database.update(
            "UPDATE jobs SET lease = ?, attempts = CASE WHEN steps < ? THEN 1 ELSE attempts END,"
                + " steps = ?"
                + OWNED,
            now() + micros(lease),
            steps,
            steps,
            id,
            worker);
  }

  @Override
  public void release(String id, String worker) {
    database.update(
        "UPDATE jobs SET status = 'queued', worker = NULL, lease = 0" + OWNED, id, worker);
  }

  @Override
  public boolean complete(String id, String worker, long expires, ObjectNode facts) {
    return 1
        == database.update(
            "UPDATE jobs SET status = 'completed', completed = ?, expires = ?, facts = ?,"
                + " worker = NULL"
                + OWNED,
            now(),
            expires,
            Json.text(facts),
            id,
            worker);
  }

  @Override
  public boolean fail(String id, String worker, JobRecord.Failure failure) {
    return 1
        == database.update(
            "UPDATE jobs SET status = 'failed', completed = ?, error_code = ?, error_message = ?,"
                + " worker = NULL"
                + OWNED,
            now(),
            failure.code(),
            failure.message(),
            id,
            worker);
  }

  @Override
  public boolean isShared() {
    return isShared;
  }

  @Override
  public void recover() {
    database.update(
        "UPDATE jobs SET status = 'queued', worker = NULL, lease = 0 WHERE status = 'in_progress'");
  }

  // ---------------------------------------------------------------- what becomes of them

  @Override
  public Optional<JobRecord> describe(
      String id, Optional<Boolean> favourite, Optional<ObjectNode> meta) {
    favourite.ifPresent(
        value -> database.update("UPDATE jobs SET favourite = ? WHERE id = ?", value ? 1 : 0, id));
    meta.ifPresent(value ->
        database.update("UPDATE jobs SET metadata = ? WHERE id = ?", Json.text(value), id));
    return find(id);
  }

  @Override
  public boolean remove(String id) {
    return database.update("DELETE FROM jobs WHERE id = ?", id) == 1;
  }

  @Override
  public synchronized List<String> expire() {
    String over = "expires > 0 AND expires < ? AND expired = 0 AND favourite = 0";
    long now = now();
    List<String> ids =
        select("SELECT * FROM jobs WHERE " + over, now).stream().map(JobRecord::id).toList();
    for (String id : ids) {
      database.update("UPDATE jobs SET expired = 1 WHERE id = ?", id);
    }
    return ids;
  }

  /** A job that waits, for {@link #queue}. */
  private record Waiting(String id, String client, long created, long lastTurn) {}

  @Override
  public List<String> queue() {
    List<Waiting> waiting =
        database.select(
            row ->
                new Waiting(
                    row.getString("id"),
                    row.getString("client"),
                    row.getLong("created"),
                    row.getLong("turn")),
            "SELECT id, client, created, COALESCE((SELECT MAX(r.started) FROM jobs r"
                + " WHERE r.client = jobs.client), 0) AS turn FROM jobs WHERE "
                + WAITING
                + " ORDER BY created",
            now());
    return inTurn(waiting);
  }

  /** One of each client after the other, beginning with the one whose turn is longest ago. */
  private static List<String> inTurn(List<Waiting> waiting) {
    Map<String, Queue<Waiting>> clients = new LinkedHashMap<>();
    waiting.stream()
        .sorted(Comparator.comparingLong(Waiting::lastTurn).thenComparingLong(Waiting::created))
        .forEach(job -> clients.computeIfAbsent(job.client(), _ -> new ArrayDeque<>()).add(job));
    List<String> order = new ArrayList<>();
    while (!clients.isEmpty()) {
      clients.values().forEach(jobs -> order.add(jobs.remove().id()));
      clients.values().removeIf(Queue::isEmpty);
    }
    return order;
  }

  @Override
  public int count(JobStatus status) {
    return database
        .select(
            row -> row.getInt(1), "SELECT COUNT(*) FROM jobs WHERE status = ?", status.wireName())
        .getFirst();
  }

  @Override
  public List<String> ids() {
    return database.select(row -> row.getString(1), "SELECT id FROM jobs");
  }

  private List<JobRecord> select(String sql, Object... values) {
    return database.select(SqlJobStore::record, sql, values);
  }

  private static JobRecord record(ResultSet row) throws SQLException {
    String code = row.getString("error_code");
    return new JobRecord(
        row.getString("id"),
        JobStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
        row.getLong("created"),
        row.getLong("started"),
        row.getLong("completed"),
        row.getLong("expires"),
        row.getInt("expired") != 0,
        row.getString("model"),
        row.getString("prompt"),
        row.getString("client"),
        Json.trusted(row.getString("work")),
        Json.trusted(row.getString("facts")),
        row.getInt("favourite") != 0,
        Json.trusted(row.getString("metadata")),
        code == null ? null : new JobRecord.Failure(code, row.getString("error_message")),
        row.getInt("attempts"),
        row.getInt("steps"));
  }

  private static long micros(int seconds) {
    return seconds * 1_000_000L;
  }

  /** The time in microseconds since 1970; never the same twice. */
  private synchronized long now() {
    lastTime = Math.max(lastTime + 1, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
    return lastTime;
  }

  @Override
  public void close() {
    database.close();
  }
}
