package io.zoetrope.server.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A process that runs {@link DecodeUpload}, with little memory and no environment of this one. Its
 * memory is overwritten whenever it is given back, so that a broken file, of which a decoder shows
 * what happens to lie where its own picture should, shows nothing of the files before it. Where the
 * system cannot do that, a process has one file.
 */
final class DecoderProcess implements AutoCloseable {
  static final int SECONDS = 30;

  /** Files of one process, where it may have several. */
  static final int MOST_TASKS = 100;

  private static final String HEAP = "-Xmx640m";

  /** Address space of the process in KiB, for whatever is decoded beside the heap. */
  private static final int ADDRESS_SPACE = 5 << 20;

  /** Of processor time, if nobody ends it before: a server that was killed does not. */
  private static final int LIFE_SECONDS = 10 * SECONDS;

  private static final int LONGEST_ANSWER = 16 << 10;

  /** Where the process finds the libraries of the decoder that are unpacked already. */
  private static final List<String> ENVIRONMENT =
      List.of("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "SystemRoot", "TMP", "TEMP", "TMPDIR");

  /** Of the C library: fills what is allocated and given back, and keeps nothing aside. */
  private static final String OVERWRITING = "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0";

  private static final boolean HAS_LIMITS =
      Files.isExecutable(Path.of("/bin/sh")) && Files.isDirectory(Path.of("/proc/self"));

  private static final boolean OVERWRITES = HAS_LIMITS && usesGlibc();

  private final Process process;
  private int tasks;

  private DecoderProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts a process.
   *
   * @param folder that it works in
   */
  static DecoderProcess start(Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command())
            .directory(folder.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().keySet().retainAll(ENVIRONMENT);
    builder.environment().put("GLIBC_TUNABLES", OVERWRITING);
    return new DecoderProcess(builder.start());
  }

  /** Whether this process runs on the C library that overwrites memory when it is told to. */
  private static boolean usesGlibc() {
    try {
      String maps = Files.readString(Path.of("/proc/self/maps"), StandardCharsets.ISO_8859_1);
      return maps.contains("/libc.so.6") || maps.contains("/libc-2.");
    } catch (IOException _) {
      return false;
    }
  }

  private static List<String> command() {
    List<String> command = new ArrayList<>();
    if (HAS_LIMITS) {
      // The shell limits itself, and then becomes the process.
      command.addAll(
          List.of(
              "/bin/sh",
              "-c",
              "ulimit -v %d; ulimit -t %d; exec \"$0\" \"$@\""
                  .formatted(ADDRESS_SPACE, LIFE_SECONDS)));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:CompressedClassSpaceSize=32m",
            "-XX:ReservedCodeCacheSize=32m",
            "-XX:-UsePerfData",
            "-Xlog:disable",
            "-Xshare:auto",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            DecodeUpload.class.getName()));
    return command;
  }

  /** Whether it has done nothing yet, and what it does next has no other cause than its file. */
  boolean isFresh() {
    return tasks == 0;
  }

  /** Whether it can have another file. */
  boolean canGoOn() {
    return OVERWRITES && tasks < MOST_TASKS && process.isAlive();
  }

  /**
   * Has it do a task.
   *
   * @return its answer; empty if it has ended, or said anything else
   * @throws TimeoutException if it takes too long
   */
  Optional<ObjectNode> ask(DecodeUpload.Task task) throws TimeoutException, InterruptedException {
    tasks++;
    CompletableFuture<ObjectNode> answer = new CompletableFuture<>();
    Thread.startVirtualThread(() -> exchange(task, answer));
    try {
      return Optional.of(answer.get(SECONDS, TimeUnit.SECONDS));
    } catch (ExecutionException _) {
      return Optional.empty();
    }
  }

  private void exchange(DecodeUpload.Task task, CompletableFuture<ObjectNode> answer) {
    try {
      String line = Json.text(task.toJson()) + "\n";
      process.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
      answer.complete(Json.trusted(line(process.getInputStream())));
    } catch (IOException | RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  /** A line, which a process that a file has taken over could make as long as it likes. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0 || line.size() == LONGEST_ANSWER) {
        throw new IOException("no answer");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** Ends it, whatever it does. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.getInputStream().close();
      process.getOutputStream().close();
    } catch (IOException _) {
      // What it was not told any more does not matter.
    }
  }
}
