package io.zoetrope.tools.film;

import io.zoetrope.tools.shot.ShotPrompt;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A shot of a film.
 *
 * @param place where it is asked for, before a complaint, e.g. {@code film.yaml: shot 2 (line 9)}
 * @param prompt what it shows
 * @param negativePrompt what it should not show; may be empty
 * @param image what it begins with
 * @param continues whether it begins with the last frame of the shot before
 * @param seconds how long it is shown; the model's own length where nothing is said
 * @param seed of its noise
 * @param transition from the shot before
 * @param fadeSeconds how long a crossfade takes; where nothing is said, {@link #FADE_SECONDS}, or
 *     half of a shot that is shorter than twice that
 */
public record Shot(
    String place,
    ShotPrompt prompt,
    String negativePrompt,
    Optional<Path> image,
    boolean continues,
    OptionalDouble seconds,
    OptionalLong seed,
    Transition transition,
    OptionalDouble fadeSeconds) {
  static final double FADE_SECONDS = 0.5;
}
