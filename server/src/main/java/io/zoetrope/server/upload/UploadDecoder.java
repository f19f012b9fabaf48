package io.zoetrope.server.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.upload.DecodeUpload.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;

/**
 * Has files of clients decoded by {@link DecodeUpload}: by processes with little memory and little
 * time, which know the formats and protocols of {@link io.zoetrope.media.MediaReader} and no
 * others, and are replaced after some files, and after one that has ended or stopped them. A file
 * is blamed for the end of a process that had no other before.
 */
public final class UploadDecoder implements AutoCloseable {
  /** More at a time would take the processors from the jobs. */
  private static final int AT_A_TIME = 2;

  private static final int LONGEST_MESSAGE = 2000;

  private final Path folder;
  private final Semaphore places = new Semaphore(AT_A_TIME, true);
  private final Deque<DecoderProcess> idle = new ConcurrentLinkedDeque<>();

  /**
   * What a file has.
   *
   * @param width as it is shown
   * @param height as it is shown
   * @param frames that were kept
   * @param framesPerSecond mean rate of these; 0 for a single one
   * @param goesOn whether there are more
   */
  public record Found(int width, int height, int frames, double framesPerSecond, boolean goesOn) {}

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
    return decode(parameter, file, null, 0, 0, 0);
  }

  /**
   * Decodes a picture or a clip.
   *
   * @param parameter that has the file, for errors
   * @param target gets the frames, as {@link RawClip} has them
   * @param frames how many are kept
   * @param width that they are brought to, and what stands out is cut off; 0 leaves them as they
   *     are
   * @param height that they are brought to
   * @throws ApiException if it is neither, or takes too much
   */
  public Found decode(
      String parameter, byte[] file, Path target, int frames, int width, int height) {
    try {
      places.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ending();
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
      ObjectNode found = answer(parameter, new Task(input, output, frames, width, height));
      if (found.has("error")) {
        String message = found.get("error").asText().replace(input.toString(), "the file");
        throw unusable(
            parameter, message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)).strip());
      }
      if (target != null) {
        OutputFile.rename(output, target);
      }
      return new Found(
          found.path("width").asInt(),
          found.path("height").asInt(),
          found.path("frames").asInt(),
          found.path("frames_per_second").asDouble(),
          found.path("goes_on").asBoolean());
    } finally {
      OutputFile.deleteQuietly(work);
    }
  }

  /** What a process says; one that ends may do so of a file that it had before. */
  private ObjectNode answer(String parameter, Task task) throws IOException {
    while (true) {
      DecoderProcess process = idle.poll();
      if (process == null) {
        process = DecoderProcess.start(folder);
      }
      boolean isFresh = process.isFresh();
      boolean goesOn = false;
      try {
        Optional<ObjectNode> answer = process.ask(task);
        goesOn = answer.isPresent() && process.canGoOn();
        if (answer.isPresent()) {
          return answer.get();
        }
        if (isFresh) {
          throw unusable(
              parameter, "it cannot be decoded with the memory and time that uploads get");
        }
      } catch (TimeoutException _) {
        throw unusable(
            parameter, "it takes more than %d seconds to decode".formatted(DecoderProcess.SECONDS));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw ending();
      } finally {
        if (goesOn) {
          idle.push(process);
        } else {
          process.close();
        }
      }
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

  private static ApiException unusable(String parameter, String reason) {
    return new ApiException(400, parameter, "unusable_file", parameter + ": " + reason);
  }

  private static ApiException ending() {
    return ApiException.unavailable("the server is about to end");
  }

  /** Ends the processes that wait for more. */
  @Override
  public void close() {
    for (DecoderProcess process = idle.poll(); process != null; process = idle.poll()) {
      process.close();
    }
  }
}
