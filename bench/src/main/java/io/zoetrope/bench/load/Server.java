package io.zoetrope.bench.load;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server that is started for a measurement and stopped after it. */
final class Server implements AutoCloseable {
  private static final long START_SECONDS = 120;
  private static final long STOP_SECONDS = 20;

  private final Process process;
  private final URI address;

  private Server(Process process, URI address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a server on a free port of this machine, and waits until it answers.
   *
   * @param launcher the command {@code zoetrope}
   * @param arguments of {@code serve}, host and port apart
   * @param log for what it prints
   */
  static Server start(Path launcher, List<String> arguments, Path log) throws InterruptedException {
    try {
      int port = freePort();
      List<String> command =
          new ArrayList<>(List.of(launcher.toString(), "serve", "--port", Integer.toString(port)));
      command.addAll(arguments);
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      // That variable made the launcher start this program.
      builder.environment().remove("ZOETROPE_MODULE");
      Server server =
          new Server(builder.start(), URI.create("http://127.0.0.1:%d/".formatted(port)));
      server.await(log);
      return server;
    } catch (IOException e) {
      throw new PipelineException("%s cannot be started: %s".formatted(launcher, e), e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void await(Path log) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    try (Client client = new Client(address)) {
      while (!isHealthy(client)) {
        if (!process.isAlive() || System.nanoTime() > end) {
          close();
          throw new PipelineException("the server does not start: %s says why".formatted(log));
        }
        Thread.sleep(100);
      }
    }
  }

  private static boolean isHealthy(Client client) throws InterruptedException {
    try {
      HttpResponse<String> answer = client.get("health");
      return answer.statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  URI address() {
    return address;
  }

  /** Whether it still runs. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** Ends it in the middle of whatever it does. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
