package io.zoetrope.server.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.api.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Has files of clients decoded by {@link DecodeUpload}: by a process with little memory and little
 * time, which knows the formats and protocols of {@link io.zoetrope.media.MediaReader} and no
 * others, and gets no environment of this one.
 */
public final class UploadDecoder {
  /** More at a time would take the processors from the jobs. */
  private static final int AT_A_TIME = 2;

  private static final int SECONDS = 30;
  private static final String HEAP = "-Xmx640m";

  /** Address space of the process in KiB, for whatever is decoded beside the heap. */
  private static final int ADDRESS_SPACE = 5 << 20;

  /** Where the process finds the libraries of the decoder that are unpacked already. */
  private static final List<String> ENVIRONMENT =
      List.of("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "SystemRoot", "TMP", "TEMP", "TMPDIR");

  private static final int LONGEST_MESSAGE = 2000;

  private final Path folder;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);

  /**
   * What a file has.
   *
   * @param width as it is shown
   * @param height as it is shown
   * @param frames that were kept
   * @param goesOn whether there are more
   */
  public record Found(int width, int height, int frames, boolean goesOn) {}

  /**
   * A decoder.
   *
   * @param folder for files that are being decoded
   */
  public UploadDecoder(Path folder) {
    this.folder = folder;
  }

  /**
   * Looks how large a picture or a clip is.
   *
   * @param parameter that has the file, for errors
   * @throws ApiException if it is neither, or takes too much
   */
  public Found look(String parameter, byte[] file) {
    return decode(parameter, file, null, 1, 0, 0);
  }

  /**
   * Decodes a picture or a clip.
   *
   * @param parameter that has the file, for errors
   * @param target gets the frames, as {@link RawClip} has them
   * @param frames how many are kept
   * @param width that they are brought to; what stands out is cut off
   * @param height that they are brought to
   * @throws ApiException if it is neither, or takes too much
   */
  public Found decode(
      String parameter, byte[] file, Path target, int frames, int width, int height) {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("the server is about to end");
    }
    try {
      return decodeNow(parameter, file, target, frames, width, height);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      places.release();
    }
  }

  private Found decodeNow(
      String parameter, byte[] file, Path target, int frames, int width, int height)
      throws IOException {
    Path work = Files.createTempDirectory(folder, "decode-");
    try {
      Path input = Files.write(work.resolve("upload"), file);
      Path output = work.resolve("frames");
      Path messages = work.resolve("messages");
      List<String> command =
          command(
              List.of(
                  input.toString(),
                  output.toString(),
                  Integer.toString(frames),
                  Integer.toString(width),
                  Integer.toString(height)));
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(work.toFile())
              .redirectInput(
                  ProcessBuilder.Redirect.from(Files.createFile(work.resolve("in")).toFile()))
              .redirectOutput(work.resolve("found").toFile())
              .redirectError(messages.toFile());
      builder.environment().keySet().retainAll(ENVIRONMENT);
      Process process = builder.start();
      boolean isOver = false;
      try {
        isOver = process.waitFor(SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        process.destroyForcibly();
      }
      if (!isOver) {
        throw unusable(parameter, "it takes more than %d seconds to decode".formatted(SECONDS));
      }
      if (process.exitValue() != 0) {
        throw unusable(parameter, reason(process.exitValue(), messages, work));
      }
      if (target != null) {
        OutputFile.rename(output, target);
      }
      ObjectNode found = Json.trusted(Files.readString(work.resolve("found")).strip());
      return new Found(
          found.get("width").asInt(),
          found.get("height").asInt(),
          found.get("frames").asInt(),
          found.get("goes_on").asBoolean());
    } finally {
      OutputFile.deleteQuietly(work);
    }
  }

  /** The frames that {@link #decode} has left. */
  public static VideoFrames frames(Path file) {
    try {
      return RawClip.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (Files.isExecutable(Path.of("/bin/sh")) && Files.isDirectory(Path.of("/proc/self"))) {
      // The shell limits itself, and then becomes the process.
      command.addAll(
          List.of(
              "/bin/sh",
              "-c",
              "ulimit -v %d; ulimit -t %d; exec \"$0\" \"$@\"".formatted(ADDRESS_SPACE, SECONDS)));
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
    command.addAll(arguments);
    return command;
  }

  /** Why the process gave up, without the paths of this machine. */
  private static String reason(int code, Path messages, Path work) throws IOException {
    byte[] bytes = Files.readAllBytes(messages);
    String text =
        new String(bytes, 0, Math.min(bytes.length, LONGEST_MESSAGE), StandardCharsets.UTF_8);
    return code == DecodeUpload.EXIT_UNUSABLE
        ? text.replace(work.resolve("upload").toString(), "the file").strip()
        : "it cannot be decoded with the memory and time that uploads get";
  }

  private static ApiException unusable(String parameter, String reason) {
    return new ApiException(400, parameter, "unusable_file", parameter + ": " + reason);
  }
}
