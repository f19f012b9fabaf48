package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.Colour;
import io.zoetrope.media.Fit;
import io.zoetrope.media.Fitting;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.Reading;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** What a clip is made of beside its prompt. */
final class InputOptions {
  /** Cameras are slower. */
  private static final int MOST_RATE = 1000;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "Picture that the clip begins with: PNG, JPEG or WebP.")
  private Path image;

  @Option(
      names = "--last-image",
      paramLabel = "FILE",
      description = "Picture that the clip ends with.")
  private Path lastImage;

  @Option(
      names = "--video",
      paramLabel = "FILE",
      description = "Clip to start from: MP4, MOV, WebM, Matroska, AVI or GIF.")
  private Path video;

  @Option(
      names = "--strength",
      paramLabel = "F",
      description =
          "How much of the schedule is applied to --video or --from-latents: above 0, at most 1, which"
              + " leaves nothing of it (default: 0.8).")
  private Double strength;

  @Option(
      names = "--condition",
      paramLabel = "FILE@FRAME[:STRENGTH]",
      arity = "1",
      description =
          "Picture or clip that the new clip shows from a frame on, a number from 0 or 'last', and how"
              + " much of it stays, from 0 to 1 (default: 1); may be given several times.")
  private List<String> conditions = List.of();

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      arity = "1",
      description = "Picture of something that the clip is to show; may be given several times.")
  private List<Path> references = List.of();

  @Option(
      names = "--control",
      paramLabel = "FILE",
      description =
          "Clip that the new one follows, such as depths, poses, or what is changed in part.")
  private Path control;

  @Option(
      names = "--mask",
      paramLabel = "FILE",
      description =
          "Clip or picture of the size of --control: white where that is made anew, black where it"
              + " stays.")
  private Path mask;

  @Option(
      names = "--control-scale",
      paramLabel = "F,...",
      split = ",",
      description =
          "How much --control and --reference count; one number, or one for each block that they"
              + " reach (default: 1).")
  private List<Double> controlScale;

  @Option(
      names = "--fit",
      paramLabel = "HOW",
      description =
          "What becomes of inputs of another shape than the clip: cover (cut off what stands out),"
              + " contain (bars beside them) or stretch (default: cover).")
  private Fit fit;

  @Option(
      names = "--background",
      paramLabel = "COLOUR",
      description =
          "Colour behind transparent parts of inputs (default: white) and of the bars of --fit contain"
              + " (default: black): a name of CSS, or #rrggbb.")
  private String background;

  @Option(
      names = "--video-fps",
      paramLabel = "F",
      description =
          "Take F frames of every second of --video, --control and --mask (default: each of their"
              + " frames once).")
  private Double videoFps;

  /** Those of {@link #conditions}; null before they are parsed. */
  private List<ConditionArgument> given;

  /** Null where none are given. */
  private InputFiles files;

  private String sizeNote;

  /**
   * Reads the files that are given.
   *
   * @param request with the size, the frames and the frame rate that were asked for, or the model's
   * @param latents what to start from, or null
   */
  GenerationRequest applyTo(
      GenerationRequest request, VideoPipeline pipeline, JobOptions job, Path latents) {
    given = conditions.stream().map(ConditionArgument::parse).toList();
    requireUsed(latents);
    if (shapes().findAny().isEmpty() && references.isEmpty()) {
      return withScale(request);
    }
    VideoGeometry geometry = pipeline.geometry();
    GenerationRequest with =
        job.hasSize() || pipeline.makesOneSize() ? request : inShapeOfInput(request, geometry);
    Optional<Colour> colour = Optional.ofNullable(background).map(Colour::parse);
    Fitting fitting =
        new Fitting(
            fit == null ? Fit.COVER : fit,
            with.get(Setting.WIDTH),
            with.get(Setting.HEIGHT),
            colour.orElse(Colour.BLACK));
    files =
        new InputFiles(
            fitting, colour.orElse(Colour.WHITE), videoFps, with.get(Setting.FRAMES_PER_SECOND));
    if (image != null) {
      with = with.with(Input.Image.first(files.picture(image)));
    }
    if (lastImage != null) {
      with = with.with(Input.Image.last(files.picture(lastImage)));
    }
    for (ConditionArgument condition : given) {
      VideoFrames shown = files.condition(condition.file(), with.get(Setting.FRAMES));
      with = with.with(new Input.Condition(shown, condition.frame(), condition.strength()));
    }
    Integer wanted = job.hasFrames() ? with.get(Setting.FRAMES) : null;
    if (video != null) {
      VideoFrames frames = files.clip("--video", video, geometry, wanted).frames();
      with = with.with(Setting.FRAMES, frames.frames()).with(new Input.Clip(frames, strength()));
    }
    return withControl(with, geometry, wanted);
  }

  /** How much of the schedule is applied to what denoising starts from. */
  double strength() {
    return strength == null ? 0.8 : strength;
  }

  /** Options that would have no effect are mistakes. */
  private void requireUsed(Path latents) {
    requireWith(
        "--strength", strength, "--video or --from-latents", video == null ? latents : video);
    requireWith("--mask", mask, "--control", control);
    requireWith("--video-fps", videoFps, "--video or --control", video == null ? control : video);
    if (videoFps != null && !(videoFps > 0 && videoFps <= MOST_RATE)) {
      throw new PipelineException(
          "--video-fps %s is not above 0 and at most %d".formatted(videoFps, MOST_RATE));
    }
    Path shown = shapes().findFirst().orElse(null);
    requireWith("--fit", fit, "--image, --video, --condition or --control", shown);
    if (background != null && shown == null && references.isEmpty()) {
      throw new PipelineException("--background is of inputs, which are not given");
    }
  }

  private static void requireWith(String option, Object value, String other, Object otherValue) {
    if (value != null && otherValue == null) {
      throw new PipelineException("%s is of %s, which is not given".formatted(option, other));
    }
  }

  /** Inputs that fill the clip; the first one gives it its shape. */
  private Stream<Path> shapes() {
    return Stream.concat(
        Stream.of(image, video, control, lastImage).filter(Objects::nonNull),
        given.stream().map(ConditionArgument::file));
  }

  /** The size that the model makes and that is nearest to the shape of the first input. */
  private GenerationRequest inShapeOfInput(GenerationRequest request, VideoGeometry geometry) {
    Optional<Path> file = shapes().findFirst();
    if (file.isEmpty()) {
      return request;
    }
    VideoFrames shape = MediaReader.read(file.get(), Reading.first(1)).frames();
    ClipSize size = geometry.inShapeOf(request.size(), shape.width(), shape.height());
    if (!size.equals(request.size())) {
      sizeNote =
          "size %dx%d, in the shape of %s; --size chooses another"
              .formatted(size.width(), size.height(), file.get());
    }
    return request.with(size);
  }

  private GenerationRequest withControl(
      GenerationRequest request, VideoGeometry geometry, Integer wanted) {
    GenerationRequest with = request;
    for (Path reference : references) {
      with = with.with(new Input.Reference(files.reference(reference)));
    }
    if (control != null) {
      VideoClip clip = files.clip("--control", control, geometry, wanted);
      with =
          with.with(Setting.FRAMES, clip.frames().frames()).with(new Input.Control(clip.frames()));
      if (mask != null) {
        with = with.with(new Input.Mask(files.mask(mask, control, clip)));
      }
    }
    return withScale(with);
  }

  private GenerationRequest withScale(GenerationRequest request) {
    return controlScale == null ? request : request.with(Setting.CONDITIONING_SCALE, controlScale);
  }

  /** What was done to the inputs that nobody asked for, a sentence each. */
  List<String> notes() {
    return files == null
        ? List.of()
        : Stream.concat(Stream.ofNullable(sizeNote), files.notes().stream()).toList();
  }
}
