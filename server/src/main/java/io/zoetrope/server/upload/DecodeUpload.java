package io.zoetrope.server.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.media.Colour;
import io.zoetrope.media.Fit;
import io.zoetrope.media.Fitting;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.Reading;
import io.zoetrope.media.VideoClip;
import io.zoetrope.server.api.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The program that decodes files of clients, in a process of its own: whatever a file does to the
 * decoder, the server does not notice. Each line that it reads is a {@link Task} as JSON, and is
 * answered by a line: what was found, or an {@code error}. It ends with its input, when nothing
 * comes for a while, and of whatever is no error of the file.
 */
public final class DecodeUpload {
  /** A server that hands out nothing has better uses for the memory. */
  private static final int IDLE_SECONDS = 30;

  private DecodeUpload() {}

  /**
   * What is to be done with a file.
   *
   * @param file of a client
   * @param output file for its frames
   * @param frames how many to keep; 0 says how large they are
   * @param width to bring them to; 0 leaves them as they are
   * @param height to bring them to
   */
  record Task(Path file, Path output, int frames, int width, int height) {
    ObjectNode toJson() {
      ObjectNode json = Json.object();
      json.put("file", file.toString()).put("output", output.toString());
      return json.put("frames", frames).put("width", width).put("height", height);
    }

    static Task of(ObjectNode json) {
      return new Task(
          Path.of(json.get("file").textValue()),
          Path.of(json.get("output").textValue()),
          json.get("frames").intValue(),
          json.get("width").intValue(),
          json.get("height").intValue());
    }
  }

  /** Decodes one file after the other. */
  public static void main(String[] args) throws IOException {
    try (ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("idle").factory());
        var tasks = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      while (true) {
        ScheduledFuture<?> idle =
            clock.schedule(() -> Runtime.getRuntime().halt(0), IDLE_SECONDS, TimeUnit.SECONDS);
        String line = tasks.readLine();
        idle.cancel(false);
        if (line == null) {
          return;
        }
        System.out.println(Json.text(done(Task.of(Json.trusted(line)))));
        System.out.flush();
      }
    }
  }

  private static ObjectNode done(Task task) throws IOException {
    ObjectNode found = Json.object();
    try {
      boolean isKept = task.frames() > 0;
      Reading reading = Reading.first(isKept ? task.frames() : 1).over(Colour.WHITE);
      if (task.width() > 0) {
        Fitting fitting = new Fitting(Fit.COVER, task.width(), task.height(), Colour.BLACK);
        reading = reading.with(fitting::apply);
      }
      VideoClip clip = MediaReader.read(task.file(), reading);
      if (isKept) {
        RawClip.write(task.output(), clip.frames());
      }
      found.put("width", clip.source().width());
      found.put("height", clip.source().height());
      found.put("frames", clip.frames().frames());
      found.put("frames_per_second", clip.framesPerSecond());
      found.put("goes_on", clip.source().goesOn());
    } catch (ExpectedException | IllegalArgumentException e) {
      found.put("error", e.getMessage());
    }
    return found;
  }
}
