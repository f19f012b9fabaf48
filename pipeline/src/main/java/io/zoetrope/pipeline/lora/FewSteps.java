package io.zoetrope.pipeline.lora;

import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.flow.FlowMatchEulerDiscreteScheduler;
import io.zoetrope.dit.scheduler.flow.FlowMatchLCMScheduler;
import io.zoetrope.dit.scheduler.flow.UniPCMultistepScheduler;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * What a LoRA asks for that was distilled so that few steps are enough: without guidance, on a
 * certain schedule, with a certain solver.
 *
 * @param method how it was distilled
 * @param steps how many steps it is for
 */
record FewSteps(Method method, int steps) {
  /**
   * Ways to distil, with the words that names of their files have, and what their authors' examples
   * ask for: LightX2V's configurations ({@code configs/distill}, {@code configs/causvid}), those of
   * FastVideo for FastWan, the command line of AccVideo, and the workflows that FusionX comes with.
   */
  enum Method {
    FASTWAN("FastWan", "fast[-_ ]?wan", 3, 8, FlowMatchLCMScheduler.KIND),
    CAUSVID("CausVid", "caus[-_ ]?vid", 8, 8, UniPCMultistepScheduler.KIND),
    ACCVIDEO("AccVideo", "acc[-_ ]?vid", 10, 5, UniPCMultistepScheduler.KIND),
    FUSIONX("FusionX", "fusion(i)?x", 10, 2, UniPCMultistepScheduler.KIND),
    LIGHTX2V(
        "LightX2V",
        "lightx2v|lightning|step[-_ ]?distill|moe[-_ ]?distill|seko",
        4,
        5,
        FlowMatchEulerDiscreteScheduler.KIND),
    SELF_FORCING(
        "Self-Forcing",
        "self[-_ ]?forc|(?<![a-z])dmd2?(?![a-z])",
        4,
        5,
        FlowMatchLCMScheduler.KIND),
    LCM("LCM", "(?<![a-z])lcm(?![a-z])", 4, 5, FlowMatchLCMScheduler.KIND),
    NUMBERED(
        "few steps",
        "(?<!\\d)\\d{1,2}[-_ ]?steps?(?![a-z])",
        4,
        5,
        FlowMatchEulerDiscreteScheduler.KIND);

    private final String title;
    private final Pattern words;
    private final int steps;
    private final double flowShift;
    private final SchedulerKind scheduler;

    Method(String title, String words, int steps, double flowShift, SchedulerKind scheduler) {
      this.title = title;
      this.words = Pattern.compile(words);
      this.steps = steps;
      this.flowShift = flowShift;
      this.scheduler = scheduler;
    }

    /** Whether the steps begin at even shares of the noise, which the shift then moves. */
    boolean isEven() {
      return scheduler != UniPCMultistepScheduler.KIND;
    }
  }

  /** Names count the steps of a training, too, but in thousands. */
  private static final int MOST_STEPS = 16;

  private static final Pattern COUNT = Pattern.compile("(?<!\\d)(\\d{1,2})[-_ ]?steps?(?![a-z])");

  /** The timesteps that FastWan was distilled at. */
  private static final List<Double> FASTWAN_TIMESTEPS = List.of(1000.0, 757.0, 522.0);

  private static final double NO_GUIDANCE = 1;

  /**
   * What a LoRA asks for whose name shows that it was distilled; empty for others.
   *
   * @param name all that it is called
   */
  static Optional<FewSteps> of(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    Matcher count = COUNT.matcher(lower);
    int counted = count.find() ? Integer.parseInt(count.group(1)) : 0;
    boolean isCounted = counted > 0 && counted <= MOST_STEPS;
    return Arrays.stream(Method.values())
        .filter(method -> method.words.matcher(lower).find())
        .filter(method -> method != Method.NUMBERED || isCounted)
        .findFirst()
        .map(method -> new FewSteps(method, isCounted ? counted : method.steps));
  }

  /** Defaults with what it asks for. */
  GenerationRequest applyTo(GenerationRequest defaults) {
    GenerationRequest changed =
        defaults
            .with(Setting.STEPS, steps)
            .with(Setting.GUIDANCE_SCALE, NO_GUIDANCE)
            .with(Setting.FLOW_SHIFT, method.flowShift)
            .with(Setting.SCHEDULER, method.scheduler);
    return defaults.find(Setting.GUIDANCE_SCALE_2).isPresent()
        ? changed.with(Setting.GUIDANCE_SCALE_2, NO_GUIDANCE)
        : changed;
  }

  /**
   * A request with the steps where the distillation had them, if neither they nor another solver
   * are asked for: a scheduler's own few steps lie elsewhere.
   */
  GenerationRequest complete(GenerationRequest request) {
    boolean isFree =
        request.find(Setting.SIGMAS).isEmpty()
            && request.find(Setting.TIMESTEPS).isEmpty()
            && request.find(Setting.SCHEDULER).filter(method.scheduler::equals).isPresent();
    if (!isFree || !method.isEven()) {
      return request;
    }
    int asked = request.get(Setting.STEPS);
    if (method == Method.FASTWAN && asked == FASTWAN_TIMESTEPS.size()) {
      return request.with(Setting.TIMESTEPS, FASTWAN_TIMESTEPS);
    }
    return request.with(
        Setting.SIGMAS,
        IntStream.range(0, asked).mapToObj(i -> (double) (asked - i) / asked).toList());
  }

  /** What it asks for, for people. */
  String description() {
    return "%s: %d steps, guidance %s, flow shift %s, %s"
        .formatted(
            method.title,
            steps,
            shown(NO_GUIDANCE),
            shown(method.flowShift),
            method.scheduler.optionName());
  }

  /** What a request asks for instead, such as {@code "20 steps, guidance 5"}; empty if nothing. */
  String departures(GenerationRequest request) {
    List<String> departures = new ArrayList<>();
    if (request.get(Setting.STEPS) != steps) {
      departures.add(request.get(Setting.STEPS) + " steps");
    }
    for (Setting<Double> guidance : List.of(Setting.GUIDANCE_SCALE, Setting.GUIDANCE_SCALE_2)) {
      request
          .find(guidance)
          .filter(value -> value > NO_GUIDANCE)
          .ifPresent(value -> departures.add(guidance.title() + " " + shown(value)));
    }
    request
        .find(Setting.FLOW_SHIFT)
        .filter(value -> value != method.flowShift)
        .ifPresent(value -> departures.add("flow shift " + shown(value)));
    request
        .find(Setting.SCHEDULER)
        .filter(kind -> !Objects.equals(kind, method.scheduler))
        .ifPresent(kind -> departures.add(kind.optionName()));
    return String.join(", ", departures);
  }

  private static String shown(double value) {
    return value == Math.rint(value) ? "%.0f".formatted(value) : Double.toString(value);
  }
}
