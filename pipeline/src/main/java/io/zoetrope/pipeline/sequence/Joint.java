package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How a model is made to go on from frames, or to lead to some: by pictures that a clip begins or
 * ends with, by several frames that it begins with, or by a control clip of which a mask keeps the
 * frames that are there.
 *
 * @param ends which ends of a clip are given
 * @param overlap frames at each given end that repeat those that are there
 * @param byControl whether they are parts of a control clip
 */
public record Joint(Ends ends, int overlap, boolean byControl) {
  /** Which ends of a clip that is made are there already. */
  public enum Ends {
    /** The clip goes on from what is there. */
    FIRST("go on from a first frame", "forward"),
    /** The clip leads to what is there. */
    LAST("lead to a last frame", "backward"),
    /** The clip leads from one to the other. */
    BOTH("lead from a first frame to a last one", "loop");

    private final String title;
    private final String direction;

    Ends(String title, String direction) {
      this.title = title;
      this.direction = direction;
    }

    /** Where a clip grows that is made longer so, in one word. */
    public String direction() {
      return direction;
    }

    boolean hasFirst() {
      return this != LAST;
    }

    boolean hasLast() {
      return this != FIRST;
    }
  }

  private static final int CHANNELS = 3;
  private static final byte GREY = (byte) 128;
  private static final byte WHITE = (byte) 255;

  /**
   * The way that a model knows.
   *
   * @param tasks what the model does
   * @param framesPerLatent frames per latent frame
   * @param overlap how many frames are to be repeated at each end; empty for what suits the model
   *     and the clip
   * @param frames how many frames there are
   * @throws PipelineException if it knows none, or cannot repeat so many
   */
  public static Joint of(
      List<Task> tasks, int framesPerLatent, Ends ends, Optional<Integer> overlap, int frames) {
    VideoFrames pixel = pixels(1);
    // Motion is seen in several frames alone: a latent frame's, and the one before.
    int several = overlap.orElse(1 + framesPerLatent);
    if (ends == Ends.FIRST
        && several > 1
        && (overlap.isPresent() || several <= frames)
        && takes(tasks, List.of(beginning(pixels(several))))) {
      return new Joint(ends, several, false);
    }
    boolean takesPictures = takes(tasks, pictures(ends, pixel, pixel));
    boolean takesControl = takes(tasks, List.of(new Input.Control(pixel), new Input.Mask(pixel)));
    if (!takesPictures && !takesControl) {
      throw new PipelineException(
          "the model cannot %s: it does %s"
              .formatted(
                  ends.title, tasks.stream().map(Task::title).collect(Collectors.joining(", "))));
    }
    if (takesPictures && overlap.orElse(1) == 1) {
      return new Joint(ends, 1, false);
    }
    if (!takesControl) {
      throw new PipelineException(
          "overlap %d: this model does not go on from so many; leave it out"
              .formatted(overlap.get()));
    }
    return new Joint(ends, several, true);
  }

  private static VideoFrames pixels(int frames) {
    return new VideoFrames(1, 1, frames, new byte[CHANNELS * frames]);
  }

  /** A clip that a round begins with. */
  private static Input beginning(VideoFrames frames) {
    return new Input.Condition(frames, 0, 1);
  }

  private static boolean takes(List<Task> tasks, List<Input> inputs) {
    return tasks.stream().anyMatch(task -> task.conditioning(inputs).isPresent());
  }

  /** Frames of a round that are there already. */
  int repeated() {
    return overlap * (ends == Ends.BOTH ? 2 : 1);
  }

  /**
   * The request for a clip that joins what is there.
   *
   * @param before what it goes on from; its last frames count; null where the first end is open
   * @param after what it leads to; its first frames count; null where the last end is open
   */
  GenerationRequest apply(GenerationRequest request, VideoFrames before, VideoFrames after) {
    GenerationRequest with = request;
    for (Input input : inputs(request.size(), before, after)) {
      with = with.with(input);
    }
    return with;
  }

  private List<Input> inputs(ClipSize size, VideoFrames before, VideoFrames after) {
    if (byControl) {
      return control(size, before, after);
    }
    if (overlap > 1) {
      return List.of(beginning(before.slice(before.frames() - overlap, overlap)));
    }
    return pictures(
        ends,
        before == null ? null : before.slice(before.frames() - 1, 1),
        after == null ? null : after.slice(0, 1));
  }

  private static List<Input> pictures(Ends ends, VideoFrames first, VideoFrames last) {
    List<Input> inputs = new ArrayList<>();
    if (ends.hasFirst()) {
      inputs.add(Input.Image.first(first));
    }
    if (ends.hasLast()) {
      inputs.add(Input.Image.last(last));
    }
    return inputs;
  }

  /** What is there, in its place; grey, and white in the mask, where frames are to be made. */
  private List<Input> control(ClipSize size, VideoFrames before, VideoFrames after) {
    int frameBytes = CHANNELS * size.width() * size.height();
    byte[] control = new byte[Math.toIntExact(size.bytes())];
    byte[] mask = new byte[control.length];
    Arrays.fill(control, GREY);
    Arrays.fill(mask, WHITE);
    if (before != null) {
      put(resized(before.slice(before.frames() - overlap, overlap), size), control, mask, 0);
    }
    if (after != null) {
      int place = control.length - overlap * frameBytes;
      put(resized(after.slice(0, overlap), size), control, mask, place);
    }
    return List.of(new Input.Control(frames(size, control)), new Input.Mask(frames(size, mask)));
  }

  private static VideoFrames resized(VideoFrames frames, ClipSize size) {
    return Resampling.LANCZOS.resize(frames, size.width(), size.height());
  }

  private static void put(VideoFrames kept, byte[] control, byte[] mask, int place) {
    int at = place;
    for (int i = 0; i < kept.frames(); i++) {
      byte[] frame = kept.frame(i);
      System.arraycopy(frame, 0, control, at, frame.length);
      Arrays.fill(mask, at, at + frame.length, (byte) 0);
      at += frame.length;
    }
  }

  private static VideoFrames frames(ClipSize size, byte[] rgb) {
    return new VideoFrames(size.width(), size.height(), size.frames(), rgb);
  }
}
