package io.zoetrope.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A server with the demo model, on a free port of this machine. */
final class RunningServer implements AutoCloseable {
  private final ZoetropeServer server;

  private RunningServer(ZoetropeServer server) {
    this.server = server;
  }

  /**
   * Starts one that keeps its jobs in a folder.
   *
   * @param token that clients need; empty for none
   */
  static RunningServer start(Path data, Optional<String> token) {
    return new RunningServer(ZoetropeServer.start(TestServer.settings(data, 64, token), _ -> {}));
  }

  /** Where it answers, with a slash at the end. */
  URI address() {
    return URI.create("http://127.0.0.1:%d/".formatted(server.port()));
  }

  @Override
  public void close() {
    server.close();
  }
}
