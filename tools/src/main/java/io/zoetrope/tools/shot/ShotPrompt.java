package io.zoetrope.tools.shot;

import io.zoetrope.pipeline.PipelineException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A prompt as directors think of it. Every part is free text, and empty where nothing is said; the
 * camera may be the name of a {@link CameraMove}, its speed that of a {@link CameraSpeed}.
 *
 * @param subject what the shot shows, or a whole prompt
 * @param action what the subject does, e.g. {@code bounces}
 * @param environment where, e.g. {@code in a snowy field}
 */
public record ShotPrompt(
    String camera,
    String cameraSpeed,
    String subject,
    String action,
    String environment,
    String lighting,
    String mood,
    String style,
    String quality) {
  /** What a place begins with that belongs to the clause before it. */
  private static final Set<String> PREPOSITIONS =
      Set.of(
          "above", "across", "against", "along", "among", "around", "at", "behind", "below",
          "beneath", "beside", "between", "by", "in", "inside", "into", "near", "on", "outside",
          "over", "through", "under", "with");

  private static final Set<String> LIGHT =
      Set.of("light", "lights", "lighting", "lit", "sunlight", "moonlight", "candlelight", "glow");

  private static final Set<String> MOOD = Set.of("mood", "atmosphere");

  private static final Set<String> STYLE =
      Set.of("style", "film", "footage", "look", "photo", "photograph", "animation", "painting");

  /**
   * Drops white space around all parts.
   *
   * @throws PipelineException if there is a speed of a camera that does not move
   */
  public ShotPrompt {
    camera = camera.strip();
    cameraSpeed = cameraSpeed.strip();
    subject = subject.strip();
    action = action.strip();
    environment = environment.strip();
    lighting = lighting.strip();
    mood = mood.strip();
    style = style.strip();
    quality = quality.strip();
    if (!cameraSpeed.isEmpty() && camera.isEmpty()) {
      throw new PipelineException(
          "the camera has the speed '%s' and no move: say how it moves".formatted(cameraSpeed));
    }
    if (!cameraSpeed.isEmpty() && CameraMove.of(camera).equals(Optional.of(CameraMove.STATIC))) {
      throw new PipelineException(
          "a static camera has no speed, this one is '%s': leave one of them out"
              .formatted(cameraSpeed));
    }
  }

  /** A shot of which nothing is said but what it shows. */
  public static ShotPrompt of(String subject) {
    return new ShotPrompt("", "", subject, "", "", "", "", "", "");
  }

  /** The same shot of something else. */
  public ShotPrompt withSubject(String other) {
    return new ShotPrompt(
        camera, cameraSpeed, other, action, environment, lighting, mood, style, quality);
  }

  /**
   * The prompt: camera, subject, action, environment, light, mood, style, quality, in this order.
   */
  public String compose() {
    return Stream.of(
            cameraWords(),
            scene(),
            named(lighting, LIGHT, "light"),
            named(mood, MOOD, "mood"),
            named(style, STYLE, "style"),
            quality)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining(", "));
  }

  private String cameraWords() {
    String speed = CameraSpeed.adverb(cameraSpeed);
    return CameraMove.of(camera)
        .map(move -> move.words(speed))
        .orElseGet(() -> joined(camera, ", ", speed));
  }

  private String scene() {
    return joined(joined(subject, " ", action), isPlace(environment) ? " " : ", ", environment);
  }

  private static boolean isPlace(String environment) {
    return PREPOSITIONS.contains(environment.split(" ", 2)[0].toLowerCase(Locale.ROOT));
  }

  private static String joined(String first, String between, String second) {
    return first.isEmpty() || second.isEmpty() ? first + second : first + between + second;
  }

  /** The text, with a word behind it that says what it is of, unless it has one itself. */
  private static String named(String text, Set<String> names, String name) {
    boolean says =
        text.isEmpty()
            || Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\P{L}+"))
                .anyMatch(names::contains);
    return says ? text : text + " " + name;
  }
}
