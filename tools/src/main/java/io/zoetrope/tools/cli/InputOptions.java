package io.zoetrope.tools.cli;

import io.zoetrope.media.PictureReader;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a clip is made of beside its prompt. */
final class InputOptions {
  /** Longer clips are no inputs of any model. */
  private static final int MAX_FRAMES = 4096;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "PNG or JPEG that the clip begins with, resized to the clip's size.")
  private Path image;

  @Option(
      names = "--last-image",
      paramLabel = "FILE",
      description = "PNG or JPEG that the clip ends with.")
  private Path lastImage;

  @Option(
      names = "--video",
      paramLabel = "FILE",
      description = "MP4 or GIF to start from, resized to the clip's size.")
  private Path video;

  @Option(
      names = "--strength",
      paramLabel = "F",
      description =
          "How much of the schedule is applied to --video: above 0, at most 1, which leaves nothing"
              + " of it (default: 0.8).")
  private Double strength;

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      arity = "1",
      description =
          "PNG or JPEG of something that the clip is to show; may be given several times.")
  private List<Path> references = List.of();

  @Option(
      names = "--control",
      paramLabel = "FILE",
      description =
          "MP4 or GIF that the clip follows, such as depths, poses, or what is changed in part.")
  private Path control;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "MP4, GIF, PNG or JPEG of the size of --control: white where that is made anew, black where"
              + " it stays.")
  private Path mask;

  @Option(
      names = "--control-scale",
      paramLabel = "F,...",
      split = ",",
      description =
          "How much --control and --reference count; one number, or one for each block that they"
              + " reach (default: 1).")
  private List<Double> controlScale;

  private final List<String> notes = new ArrayList<>();

  /**
   * Reads the files that are given.
   *
   * @param givenFrames how many frames were asked for; null for as many as a given clip has
   */
  GenerationRequest applyTo(
      GenerationRequest request, VideoGeometry geometry, Integer givenFrames) {
    if (strength != null && video == null) {
      throw new PipelineException("--strength is of --video, which is not given");
    }
    GenerationRequest with = request;
    if (image != null) {
      with = with.with(Input.Image.first(PictureReader.picture(image)));
    }
    if (lastImage != null) {
      with = with.with(Input.Image.last(PictureReader.picture(lastImage)));
    }
    if (video != null) {
      VideoFrames frames = clip("--video", video, geometry, givenFrames);
      with =
          with.with(Setting.FRAMES, frames.frames())
              .with(new Input.Clip(frames, strength == null ? 0.8 : strength));
    }
    return withControl(with, geometry, givenFrames);
  }

  private GenerationRequest withControl(
      GenerationRequest request, VideoGeometry geometry, Integer givenFrames) {
    if (mask != null && control == null) {
      throw new PipelineException("--mask is of --control, which is not given");
    }
    GenerationRequest with = request;
    for (Path reference : references) {
      with = with.with(new Input.Reference(PictureReader.picture(reference)));
    }
    if (control != null) {
      VideoFrames frames = clip("--control", control, geometry, givenFrames);
      with = with.with(Setting.FRAMES, frames.frames()).with(new Input.Control(frames));
    }
    if (mask != null) {
      VideoFrames marks = PictureReader.clip(mask, MAX_FRAMES);
      int wanted = with.get(Setting.FRAMES);
      with = with.with(new Input.Mask(marks.frames() > wanted ? marks.first(wanted) : marks));
    }
    return controlScale == null ? with : with.with(Setting.CONDITIONING_SCALE, controlScale);
  }

  /** What was done to the inputs that nobody asked for, a sentence each. */
  List<String> notes() {
    return notes;
  }

  /** As many frames as asked for, or as many as the model makes. */
  private VideoFrames clip(String option, Path file, VideoGeometry geometry, Integer givenFrames) {
    VideoFrames all = PictureReader.clip(file, MAX_FRAMES);
    int wanted = givenFrames == null ? geometry.framesWithin(all.frames()) : givenFrames;
    if (wanted > all.frames()) {
      throw new PipelineException(
          "%s %s has %d frames, %d are needed".formatted(option, file, all.frames(), wanted));
    }
    if (wanted < all.frames()) {
      notes.add("of %s the first %d of %d frames are used".formatted(file, wanted, all.frames()));
    }
    return all.first(wanted);
  }
}
