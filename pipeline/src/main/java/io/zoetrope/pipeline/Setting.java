package io.zoetrope.pipeline;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A value of a {@link GenerationRequest}: its name, its type and what it may be. What a model
 * allows beyond that is found when the request meets the model. A line here is all that a further
 * one needs.
 *
 * @param <T> type of the value
 */
public final class Setting<T> {
  /** Longest prompt that is accepted, in characters. */
  public static final int MAX_PROMPT_LENGTH = 100_000;

  private static final int MAX_STEPS = 1000;
  private static final List<Setting<?>> ALL = new ArrayList<>();

  // ---------------------------------------------------------------- what is generated

  /** What the clip shows; may be empty. */
  public static final Setting<String> PROMPT = text("prompt", "prompt");

  /** What the clip should not show; used when guidance is on. */
  public static final Setting<String> NEGATIVE_PROMPT = text("negative_prompt", "negative prompt");

  /** Seed of the initial noise: the numbers of {@code torch.Generator("cpu").manual_seed}. */
  public static final Setting<Long> SEED = unread("seed", "seed", Long.class);

  /** Width in pixels. */
  public static final Setting<Integer> WIDTH = positive("width", "width");

  /** Height in pixels. */
  public static final Setting<Integer> HEIGHT = positive("height", "height");

  /** Number of frames. */
  public static final Setting<Integer> FRAMES = positive("num_frames", "frames");

  /** Frames a second at which the clip plays. */
  public static final Setting<Integer> FRAMES_PER_SECOND =
      range("fps", "frame rate", 1000).unrecorded();

  // ---------------------------------------------------------------- how

  /** Number of denoising steps. */
  public static final Setting<Integer> STEPS = range("num_inference_steps", "steps", MAX_STEPS);

  /** Strength of classifier-free guidance (Ho and Salimans, 2022); 1 or less is none. */
  public static final Setting<Double> GUIDANCE_SCALE =
      number("guidance_scale", "guidance", Double::isFinite, "is not a finite number");

  /**
   * As {@link #GUIDANCE_SCALE}, in the steps of a second transformer; the same where it is not set.
   * Whether there is guidance at all, the first one says.
   */
  public static final Setting<Double> GUIDANCE_SCALE_2 =
      number("guidance_scale_2", "second guidance", Double::isFinite, "is not a finite number");

  /**
   * Whether guidance changes with the timestep, for models that have a rule for it; it doesn't
   * where it is not set.
   */
  public static final Setting<Boolean> DYNAMIC_GUIDANCE =
      unread("use_dynamic_cfg", "dynamic guidance", Boolean.class);

  /**
   * How much of the guided prediction is brought back to the spread of the unguided one (Lin et
   * al., 2023, section 3.4); nothing of it where it is not set.
   */
  public static final Setting<Double> GUIDANCE_RESCALE =
      share("guidance_rescale", "guidance rescale");

  /** The part of the steps that is guided; all of them where it is not set. */
  public static final Setting<GuidanceInterval> GUIDANCE_INTERVAL =
      unread("guidance_interval", "guidance interval", GuidanceInterval.class);

  /**
   * How some of the steps do with what the transformer made of the one before; every step is
   * computed where it is not set.
   */
  public static final Setting<StepCaching> CACHE = unread("cache", "cache", StepCaching.class);

  /** Share of the timesteps below which a second transformer takes over. */
  public static final Setting<Double> BOUNDARY_RATIO = share("boundary_ratio", "boundary");

  /**
   * How much what controls a clip counts, for models with a branch for it: one number, or one for
   * each block that the branch gives hints to; 1 where it is not set.
   */
  public static final Setting<List<Double>> CONDITIONING_SCALE =
      numbers(
          "conditioning_scale", "conditioning scales", Double::isFinite, "is not a finite number");

  /** Noise schedule and solver; the model's own where it is not set. */
  public static final Setting<SchedulerKind> SCHEDULER =
      unread("scheduler", "scheduler", SchedulerKind.class);

  /** Shift of the noise schedule; the model's own where it is not set. */
  public static final Setting<Double> FLOW_SHIFT =
      number(
          "flow_shift",
          "flow shift",
          shift -> shift > 0 && Double.isFinite(shift),
          "is not a finite number above 0");

  /**
   * Noise levels from 1 down, one for each step, which the schedule then shifts; its own where it
   * is not set. Checkpoints for few steps are made for certain ones.
   */
  public static final Setting<List<Double>> SIGMAS =
      numbers("sigmas", "sigmas", sigma -> sigma >= 0 && sigma <= 1, "is not between 0 and 1");

  /** Timesteps, one for each step, in the place of {@link #SIGMAS}. */
  public static final Setting<List<Double>> TIMESTEPS =
      numbers(
          "timesteps", "timesteps", time -> time >= 0 && time <= 1e6, "is not between 0 and 1e6");

  /**
   * Noise schedule and solver with all their parameters; the model's own where it is not set.
   * {@link #SCHEDULER} and {@link #FLOW_SHIFT} change them.
   */
  public static final Setting<SchedulerConfig> SCHEDULER_CONFIG =
      unread("scheduler_config", "scheduler configuration", SchedulerConfig.class).unrecorded();

  /** Tokens that a prompt is padded or cut to. */
  public static final Setting<Integer> MAX_SEQUENCE_LENGTH =
      range("max_sequence_length", "maximum sequence length", 4096);

  /**
   * Whether prompts lose what captions from the web have beside words, for models that were trained
   * with such: {@code clean_caption} in diffusers, which needs packages there that it goes without
   * where they are missing. Models of other captions have it not set.
   */
  public static final Setting<Boolean> CLEAN_CAPTION =
      unread("clean_caption", "cleaning of captions", Boolean.class);

  /**
   * Whether the padding of prompts stays and is attended to, as {@code LattePipeline} in diffusers
   * has it where it makes several clips at once; not where it is not set.
   */
  public static final Setting<Boolean> KEEP_PADDING =
      unread("keep_padding", "padding of prompts", Boolean.class);

  /**
   * How noisy the latents are that a decoder for noisy ones is told, from 0 to 1, for models with
   * such a decoder; others have none.
   */
  public static final Setting<Double> DECODE_TIMESTEP =
      share("decode_timestep", "timestep of decoding");

  /** How much of these latents is noise; as much as {@link #DECODE_TIMESTEP} where not set. */
  public static final Setting<Double> DECODE_NOISE_SCALE =
      share("decode_noise_scale", "noise of decoding");

  /** How much noise is added to the latents of given pictures, for models that add some. */
  public static final Setting<Double> IMAGE_COND_NOISE_SCALE =
      number(
          "image_cond_noise_scale",
          "noise of given pictures",
          scale -> scale >= 0 && Double.isFinite(scale),
          "is not a finite number from 0 on");

  /** Whether the video autoencoder works tile by tile: less memory, and seams that are blended. */
  public static final Setting<Boolean> VAE_TILING = unread("vae_tiling", "tiling", Boolean.class);

  // ---------------------------------------------------------------- interventions

  /** Named results that are replaced, to see what they are for; none where it is not set. */
  public static final Setting<List<Ablation>> ABLATIONS = several("ablations", "ablations");

  /** Words whose keys are replaced by those of other words; none where it is not set. */
  public static final Setting<List<WordSwap>> WORD_SWAPS = several("word_swaps", "swapped words");

  // ---------------------------------------------------------------- outputs beside the clip

  /** File that gets the denoised latents before they are decoded; none where it is not set. */
  public static final Setting<Path> SAVE_LATENTS =
      unread("save_latents", "latents", Path.class).unrecorded();

  /**
   * File that gets the state of the job between two steps, of which {@link #RESUME} goes on; none
   * where it is not set.
   */
  public static final Setting<Path> CHECKPOINT =
      unread("checkpoint", "checkpoint", Path.class).unrecorded();

  /** After how many steps the checkpoint is written; it also is when a job is stopped. */
  public static final Setting<Integer> CHECKPOINT_EVERY =
      range("checkpoint_every", "steps between checkpoints", MAX_STEPS).unrecorded();

  /** Checkpoint of the same job, to go on from. */
  public static final Setting<Path> RESUME =
      unread("resume", "checkpoint to go on from", Path.class).unrecorded();

  /**
   * A process that predicts for the negative prompt while this one does for the prompt, as {@link
   * io.zoetrope.pipeline.run.GuidanceWorker} does; none where it is not set.
   */
  public static final Setting<NetworkAddress> GUIDANCE_WORKER =
      unread("guidance_worker", "guidance worker", NetworkAddress.class).unrecorded();

  /**
   * PNG or GIF that shows, while noise is taken away, what the clip is going to be; none where it
   * is not set.
   */
  public static final Setting<Path> PREVIEW = unread("preview", "preview", Path.class).unrecorded();

  /** After how many steps the preview is made anew. */
  public static final Setting<Integer> PREVIEW_EVERY =
      range("preview_every", "steps between previews", MAX_STEPS).unrecorded();

  private final String name;
  private final String title;
  private final Class<T> type;
  private final Function<T, String> problem;
  private final BiFunction<JsonConfig, String, T> reader;
  private final int position;
  private boolean recorded = true;

  /**
   * Declares a setting.
   *
   * @param name that of diffusers' parameter, if there is one
   * @param title for people
   * @param problem what is wrong with a value, as the rest of a sentence; null for nothing
   * @param reader reads the value from a model's file of defaults; null if that has none
   */
  private Setting(
      String name,
      String title,
      Class<T> type,
      Function<T, String> problem,
      BiFunction<JsonConfig, String, T> reader) {
    this.name = name;
    this.title = title;
    this.type = type;
    this.problem = problem;
    this.reader = reader;
    this.position = ALL.size();
    ALL.add(this);
  }

  /** A setting that allows every value and that no file of defaults has. */
  private static <T> Setting<T> unread(String name, String title, Class<T> type) {
    return new Setting<>(name, title, type, _ -> null, null);
  }

  @SuppressWarnings("unchecked")
  private static <T> Setting<List<T>> several(String name, String title) {
    return unread(name, title, (Class<List<T>>) (Class<?>) List.class);
  }

  private static Setting<String> text(String name, String title) {
    return new Setting<>(
        name,
        title,
        String.class,
        text ->
            text.length() <= MAX_PROMPT_LENGTH
                ? null
                : "has %d characters; at most %d are accepted"
                    .formatted(text.length(), MAX_PROMPT_LENGTH),
        JsonConfig::text);
  }

  private static Setting<Integer> positive(String name, String title) {
    return new Setting<>(
        name,
        title,
        Integer.class,
        value -> value > 0 ? null : value + " is not positive",
        JsonConfig::positiveInteger);
  }

  private static Setting<Integer> range(String name, String title, int most) {
    return new Setting<>(
        name,
        title,
        Integer.class,
        value -> value > 0 && value <= most ? null : value + " is outside 1 to " + most,
        JsonConfig::positiveInteger);
  }

  /** Several numbers, at least one and at most as many as there can be steps. */
  @SuppressWarnings("unchecked")
  private static Setting<List<Double>> numbers(
      String name, String title, Predicate<Double> allowed, String problem) {
    return new Setting<>(
        name,
        title,
        (Class<List<Double>>) (Class<?>) List.class,
        values -> {
          if (values.isEmpty() || values.size() > MAX_STEPS) {
            return "are %d; 1 to %d are possible".formatted(values.size(), MAX_STEPS);
          }
          return values.stream()
              .filter(value -> !allowed.test(value))
              .findFirst()
              .map(value -> "hold %s, which %s".formatted(value, problem))
              .orElse(null);
        },
        null);
  }

  private static Setting<Double> share(String name, String title) {
    return number(name, title, share -> share >= 0 && share <= 1, "is not between 0 and 1");
  }

  private static Setting<Double> number(
      String name, String title, Predicate<Double> allowed, String problem) {
    return new Setting<>(
        name,
        title,
        Double.class,
        value -> allowed.test(value) ? null : value + " " + problem,
        JsonConfig::positiveNumber);
  }

  /** The same setting, which decides nothing about the frames and is left out of provenance. */
  private Setting<T> unrecorded() {
    recorded = false;
    return this;
  }

  /** All settings, in the order in which they are declared. */
  public static List<Setting<?>> all() {
    return Collections.unmodifiableList(ALL);
  }

  /** Name of diffusers' parameter, under which provenance and files of defaults have the value. */
  public String name() {
    return name;
  }

  /** What to call it to people. */
  public String title() {
    return title;
  }

  /** Type of the value. */
  public Class<T> type() {
    return type;
  }

  /**
   * The value that a model's file of defaults has, if it has one.
   *
   * @throws io.zoetrope.config.ConfigException if it is of another type
   */
  public Optional<T> read(JsonConfig defaults) {
    return reader != null && defaults.json().has(name)
        ? Optional.of(reader.apply(defaults, name))
        : Optional.empty();
  }

  /** Whether the provenance of a clip tells the value. */
  public boolean isRecorded() {
    return recorded;
  }

  /** Place in {@link #all}. */
  int position() {
    return position;
  }

  /**
   * The value itself, if it is one of this setting.
   *
   * @throws PipelineException that names setting, value, and what is allowed
   */
  T checked(T value) {
    Optional.ofNullable(problem.apply(value))
        .ifPresent(text -> {
          throw new PipelineException(title + " " + text);
        });
    return value;
  }

  @Override
  public String toString() {
    return name;
  }
}
