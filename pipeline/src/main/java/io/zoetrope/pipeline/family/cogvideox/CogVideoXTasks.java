package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import java.util.List;
import java.util.Optional;

/** What models of CogVideoX do. */
final class CogVideoXTasks {
  private CogVideoXTasks() {}

  /** A prompt alone ({@code CogVideoXPipeline}). */
  static Task textToVideo(VideoGeometry geometry, SizeLimits limits) {
    return new Task(
        Task.TEXT_TO_VIDEO.title(),
        given ->
            given.isEmpty() ? Optional.of(new WholePatches(geometry, limits)) : Optional.empty(),
        Task.TEXT_TO_VIDEO.example());
  }

  /**
   * A clip, with noise added, is where denoising begins ({@code CogVideoXVideoToVideoPipeline}).
   */
  static Task videoToVideo(VideoGeometry geometry, SizeLimits limits) {
    return new Task(
        Task.VIDEO_TO_VIDEO.title(),
        given ->
            given.size() == 1 && given.getFirst() instanceof Input.Clip clip
                ? Optional.of(new SampledClip(geometry, limits, clip))
                : Optional.empty(),
        Task.VIDEO_TO_VIDEO.example());
  }

  /** The clip begins with a picture ({@code CogVideoXImageToVideoPipeline}). */
  static Task imageToVideo(VideoGeometry geometry, SizeLimits limits) {
    return new Task(
        "image to video",
        given ->
            given.size() == 1 && given.getFirst() instanceof Input.Image image && image.frame() == 0
                ? Optional.of(new PictureBesideLatents(geometry, limits, image))
                : Optional.empty(),
        size -> List.of(Input.Image.first(black(size))));
  }

  private static VideoFrames black(ClipSize size) {
    ClipSize picture = new ClipSize(size.width(), size.height(), 1);
    return new VideoFrames(
        size.width(), size.height(), 1, new byte[Math.toIntExact(picture.bytes())]);
  }
}
