package io.zoetrope.server.store;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * A connection to a database, used by one thread at a time, and made anew after a failure. Whatever
 * goes wrong is a {@link StoreException}.
 */
final class Database implements AutoCloseable {
  private final String url;

  /** What a new connection is told first. */
  private final List<String> setup;

  private Connection connection;

  /** Something that is done with a connection. */
  @FunctionalInterface
  interface Work<T> {
    T with(Connection connected) throws SQLException;
  }

  /** Makes something of the row that a result is at. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /**
   * A database, which is connected to when it is first used.
   *
   * @param url of JDBC
   * @param setup statements for each new connection
   */
  Database(String url, List<String> setup) {
    this.url = url;
    this.setup = setup;
  }

  synchronized <T> T run(Work<T> work) {
    try {
      if (connection == null) {
        connection = DriverManager.getConnection(url);
        try (Statement statement = connection.createStatement()) {
          for (String line : setup) {
            statement.execute(line);
          }
        }
      }
      return work.with(connection);
    } catch (SQLException e) {
      // The next call tries a new connection.
      close();
      throw new StoreException("the store of jobs: " + e.getMessage(), e);
    }
  }

  /** Changes rows, and returns how many. */
  int update(String sql, Object... values) {
    return run(connected -> {
      try (PreparedStatement statement = prepared(connected, sql, values)) {
        return statement.executeUpdate();
      }
    });
  }

  /** All rows of a query. */
  <T> List<T> select(RowReader<T> reader, String sql, Object... values) {
    return run(connected -> {
      List<T> found = new ArrayList<>();
      try (PreparedStatement statement = prepared(connected, sql, values);
          ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(reader.read(row));
        }
      }
      return found;
    });
  }

  /** A statement with its parameters, which are texts, numbers or null. */
  static PreparedStatement prepared(Connection connected, String sql, Object... values)
      throws SQLException {
    PreparedStatement statement = connected.prepareStatement(sql);
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> statement.setString(i + 1, null);
        case String text -> statement.setString(i + 1, text);
        case Integer number -> statement.setInt(i + 1, number);
        case Long number -> statement.setLong(i + 1, number);
        default -> throw new IllegalArgumentException("no column holds " + values[i].getClass());
      }
    }
    return statement;
  }

  @Override
  public synchronized void close() {
    try (Connection _ = connection) {
      connection = null;
    } catch (SQLException _) {
      // What was acknowledged is on the disk.
    }
  }
}
