package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.pipeline.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the models do. */
final class LTXTasks {
  private LTXTasks() {}

  /** A prompt alone ({@code LTXPipeline}). */
  static Task textToVideo(VideoGeometry geometry) {
    return new Task(
        "text to video",
        given -> given.isEmpty() ? Optional.of(new LTXTextToVideo(geometry)) : Optional.empty(),
        _ -> List.of());
  }

  /** A picture is the first frame ({@code LTXImageToVideoPipeline}). */
  static Task imageToVideo(VideoGeometry geometry) {
    return new Task(
        "image to video",
        given ->
            given.size() == 1 && given.getFirst() instanceof Input.Image image && image.frame() == 0
                ? Optional.of(new LTXImageToVideo(geometry, image))
                : Optional.empty(),
        size -> List.of(Input.Image.first(Task.black(size, 1))));
  }

  /**
   * Pictures and clips at any frame, and latents of an earlier pass; a prompt alone is enough
   * ({@code LTXConditionPipeline}).
   */
  static Task conditions(VideoGeometry geometry) {
    return new Task(
        "text, pictures and clips at any frame to video",
        given -> conditions(geometry, given),
        LTXTasks::example);
  }

  private static Optional<Conditioning> conditions(VideoGeometry geometry, List<Input> given) {
    List<Input.Condition> conditions = new ArrayList<>();
    List<Input.Latents> latents = new ArrayList<>();
    for (Input input : given) {
      switch (input) {
        case Input.Image image ->
            conditions.add(new Input.Condition(image.picture(), image.frame(), 1));
        case Input.Condition condition -> conditions.add(condition);
        case Input.Latents start -> latents.add(start);
        default -> {
          return Optional.empty();
        }
      }
    }
    return latents.size() > 1
        ? Optional.empty()
        : Optional.of(
            new LTXConditions(geometry, conditions, latents.isEmpty() ? null : latents.getFirst()));
  }

  private static List<Input> example(ClipSize size) {
    return List.of(Input.Image.first(Task.black(size, 1)));
  }
}
