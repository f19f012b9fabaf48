package io.zoetrope.tools.compare;

import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a job a tensor is made, as its name tells.
 *
 * @param stage such as {@code "text"}, {@code "denoise"} or {@code "vae_decode"}
 * @param step of denoising; empty outside of steps
 * @param block of a transformer; empty outside of blocks
 */
record TensorPlace(String stage, OptionalInt step, OptionalInt block) {
  private static final Pattern STEP = Pattern.compile("(?:.*/)?step(\\d{1,9})(?:/.*)?");
  private static final Pattern BLOCK =
      Pattern.compile(".*/(?:\\w*_)?blocks?\\.?(\\d{1,9})(?:[./_].*)?");

  /** Stages in the order of a job, with the names that stand for them where no path does. */
  private static final List<List<String>> STAGES =
      List.of(
          List.of("text", "prompt_embeds", "negative_prompt_embeds"),
          List.of("image"),
          List.of("control"),
          List.of("vae_encode"),
          List.of("denoise", "initial_latents", "sigmas", "timesteps", "latents_after_step"),
          List.of("vae_decode"),
          List.of("frames", "frames_uint8"));

  /** In the order of a job, as far as names tell: numbers in them by value. */
  static final Comparator<String> ORDER =
      Comparator.comparingInt((String name) -> rank(first(name)))
          .thenComparingInt(name -> of(name).step.orElse(-1))
          .thenComparingInt(name -> within(first(name)))
          .thenComparing(TensorPlace::padded);

  static TensorPlace of(String name) {
    int rank = rank(first(name));
    String stage = rank < STAGES.size() ? STAGES.get(rank).getFirst() : first(name);
    return new TensorPlace(stage, number(STEP, name), number(BLOCK, name));
  }

  /** The stage, and of denoising the step. */
  String title() {
    return step.isPresent() ? "%s, step %d".formatted(stage, step.getAsInt()) : stage;
  }

  private static String first(String name) {
    return name.substring(0, name.indexOf('/') < 0 ? name.length() : name.indexOf('/'));
  }

  private static int rank(String first) {
    for (int i = 0; i < STAGES.size(); i++) {
      if (STAGES.get(i).contains(first)) {
        return i;
      }
    }
    return STAGES.size();
  }

  /** Which of the names of its stage. */
  private static int within(String first) {
    int rank = rank(first);
    return rank < STAGES.size() ? STAGES.get(rank).indexOf(first) : 0;
  }

  private static OptionalInt number(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  private static String padded(String name) {
    return Pattern.compile("\\d+")
        .matcher(name)
        .replaceAll(number -> "%9s".formatted(number.group()));
  }
}
