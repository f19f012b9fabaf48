package io.zoetrope.pipeline.task;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Something that a model does, with inputs of certain kinds or with none.
 *
 * @param title for people, e.g. {@code "video to video"}
 * @param reader how inputs act on a job; empty if they are not those of this task
 * @param example inputs of this task for a clip of a size, as forecasts need them
 */
public record Task(
    String title,
    Function<List<Input>, Optional<Conditioning>> reader,
    Function<ClipSize, List<Input>> example) {
  /** A prompt alone ({@code WanPipeline}). */
  public static final Task TEXT_TO_VIDEO =
      new Task(
          "text to video",
          given -> given.isEmpty() ? Optional.of(Conditioning.NONE) : Optional.empty(),
          _ -> List.of());

  /** A clip, with noise added, is where denoising begins ({@code WanVideoToVideoPipeline}). */
  public static final Task VIDEO_TO_VIDEO =
      new Task(
          "video to video",
          given ->
              given.size() == 1 && given.getFirst() instanceof Input.Clip clip
                  ? Optional.of(new NoisyClip(clip))
                  : Optional.empty(),
          size -> List.of(new Input.Clip(black(size, size.frames()), 1)));

  /**
   * A picture is the first frame, whose tokens have timestep 0 ({@code WanImageToVideoPipeline}
   * with {@code expand_timesteps}).
   *
   * @param patch latents of one token
   */
  public static Task firstFrameAtTimestepZero(PatchSize patch) {
    return imageToVideo(image -> new CleanFrames(image.picture(), null, patch, 0));
  }

  /**
   * The first frames are those of a clip, at timestep 0: what comes then goes on with its motion.
   *
   * @param patch latents of one token
   * @param framesPerLatent frames per latent frame
   * @param most frames that the model has learned to go on from: one, and those of whole latent
   *     frames
   */
  public static Task firstFramesAtTimestepZero(PatchSize patch, int framesPerLatent, int most) {
    return new Task(
        "first frames to video",
        given ->
            given.size() == 1
                    && given.getFirst() instanceof Input.Condition begin
                    && begin.frame() == 0
                    && begin.strength() == 1
                    && begin.frames().frames() <= most
                    && begin.frames().frames() % framesPerLatent == 1
                ? Optional.of(new CleanFrames(begin.frames(), null, patch, framesPerLatent))
                : Optional.empty(),
        size -> List.of(new Input.Condition(black(size, Math.min(most, size.frames())), 0, 1)));
  }

  /**
   * A picture is what the clip arrives at, with another one as its first frame or without: the
   * tokens of the last latent frame have timestep 0 too.
   *
   * @param patch latents of one token
   * @param framesPerLatent frames per latent frame
   */
  public static Task lastFrameAtTimestepZero(PatchSize patch, int framesPerLatent) {
    return new Task(
        "last frame to video, with a first frame or without",
        given ->
            images(given, 0, Input.Image.LAST)
                .map(images ->
                    new CleanFrames(
                        images.getFirst().picture(), images.getLast(), patch, framesPerLatent))
                .or(() ->
                    images(given, Input.Image.LAST)
                        .map(images ->
                            new CleanFrames(null, images.getFirst(), patch, framesPerLatent)))
                .map(Conditioning.class::cast),
        size -> List.of(Input.Image.first(black(size, 1)), Input.Image.last(black(size, 1))));
  }

  /**
   * A picture is the first frame, which the transformer reads beside the latents ({@code
   * WanImageToVideoPipeline}).
   *
   * @param framesPerLatent frames per latent frame
   */
  public static Task imageToVideo(int framesPerLatent) {
    return imageToVideo(image -> new GivenFrames(image, null, framesPerLatent));
  }

  private static Task imageToVideo(Function<Input.Image, Conditioning> conditioning) {
    return new Task(
        "image to video",
        given -> images(given, 0).map(images -> conditioning.apply(images.getFirst())),
        size -> List.of(Input.Image.first(black(size, 1))));
  }

  /** As {@link #imageToVideo}, with a second picture that is the last frame. */
  public static Task firstAndLastFrameToVideo(int framesPerLatent) {
    return new Task(
        "first and last frame to video",
        given ->
            images(given, 0, Input.Image.LAST)
                .map(images ->
                    new GivenFrames(images.getFirst(), images.getLast(), framesPerLatent)),
        size -> List.of(Input.Image.first(black(size, 1)), Input.Image.last(black(size, 1))));
  }

  /**
   * References, and a control clip with or without a mask, which a second branch of the transformer
   * reads; a prompt alone is enough ({@code WanVACEPipeline}).
   *
   * @param grid how the model's latents lie in a clip
   */
  public static Task control(ControlGrid grid) {
    return new Task(
        "text, references, masks and control clips to video",
        given -> {
          List<Input.Reference> references = all(given, Input.Reference.class);
          List<Input.Control> controls = all(given, Input.Control.class);
          List<Input.Mask> masks = all(given, Input.Mask.class);
          boolean fits =
              references.size() + controls.size() + masks.size() == given.size()
                  && controls.size() <= 1
                  && masks.size() <= controls.size();
          return fits
              ? Optional.of(
                  new ControlBranch(
                      grid,
                      references,
                      controls.isEmpty() ? null : controls.getFirst(),
                      masks.isEmpty() ? null : masks.getFirst()))
              : Optional.empty();
        },
        _ -> List.of());
  }

  private static <I extends Input> List<I> all(List<Input> given, Class<I> kind) {
    return given.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** The images at these places, in this order, if they are all that is given. */
  private static Optional<List<Input.Image>> images(List<Input> given, int... places) {
    List<Input.Image> found = new ArrayList<>();
    for (int place : places) {
      given.stream()
          .filter(Input.Image.class::isInstance)
          .map(Input.Image.class::cast)
          .filter(image -> image.frame() == place)
          .findFirst()
          .ifPresent(found::add);
    }
    return found.size() == places.length && given.size() == places.length
        ? Optional.of(found)
        : Optional.empty();
  }

  /** So many frames of a size that show nothing, for {@link #example}. */
  public static VideoFrames black(ClipSize size, int frames) {
    ClipSize clip = new ClipSize(size.width(), size.height(), frames);
    return new VideoFrames(
        clip.width(), clip.height(), frames, new byte[Math.toIntExact(clip.bytes())]);
  }

  /** How the inputs of a request, without its noise, act on a job; empty if they do not fit. */
  public Optional<Conditioning> conditioning(List<Input> given) {
    return reader.apply(given);
  }

  /** The same request with inputs of this task, which show nothing: for forecasts. */
  public GenerationRequest withExample(GenerationRequest request) {
    GenerationRequest with = request;
    for (Input input : example.apply(request.size())) {
      with = with.with(input);
    }
    return with;
  }
}
