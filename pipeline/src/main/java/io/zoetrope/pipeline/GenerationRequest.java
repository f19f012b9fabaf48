package io.zoetrope.pipeline;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What to generate, and how: values of {@link Setting}s, and inputs. A model's own request, which
 * has its defaults, is where to begin:
 *
 * <pre>{@code
 * GenerationRequest request =
 *     pipeline.request("a red ball bounces").with(Setting.STEPS, 20).with(Setting.SEED, 7L);
 * }</pre>
 *
 * <p>Immutable: every change makes another request.
 */
public final class GenerationRequest {
  private static final Comparator<Setting<?>> ORDER = Comparator.comparingInt(Setting::position);

  private final Map<Setting<?>, Object> values;
  private final List<Input> inputs;

  private GenerationRequest(Map<Setting<?>, Object> values, List<Input> inputs) {
    this.values = values;
    this.inputs = inputs;
  }

  /** A request in which nothing is set: for models, which fill their defaults in. */
  public static GenerationRequest empty() {
    return new GenerationRequest(new TreeMap<>(ORDER), List.of());
  }

  /**
   * The same request with another value of a setting.
   *
   * @throws PipelineException if the setting doesn't allow the value; the message says what it does
   */
  public <T> GenerationRequest with(Setting<T> setting, T value) {
    Map<Setting<?>, Object> changed = new TreeMap<>(ORDER);
    changed.putAll(values);
    changed.put(setting, setting.checked(value));
    return new GenerationRequest(changed, inputs);
  }

  /** The same request for a clip of another size. */
  public GenerationRequest with(ClipSize size) {
    return with(Setting.WIDTH, size.width())
        .with(Setting.HEIGHT, size.height())
        .with(Setting.FRAMES, size.frames());
  }

  /** Bytes that the inputs take in memory while the job runs. */
  public long inputBytes() {
    return inputs.stream().mapToLong(Input::bytes).sum();
  }

  /** The same request with a further input. */
  public GenerationRequest with(Input input) {
    return new GenerationRequest(values, Stream.concat(inputs.stream(), Stream.of(input)).toList());
  }

  /**
   * The value of a setting.
   *
   * @throws IllegalStateException if the request has none
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(() -> new IllegalStateException("the request has no " + setting));
  }

  /** The value of a setting, if the request has one. */
  public <T> Optional<T> find(Setting<T> setting) {
    return Optional.ofNullable(setting.type().cast(values.get(setting)));
  }

  /** The values that decide about the frames, in the order of {@link Setting#all}. */
  public Map<Setting<?>, Object> recorded() {
    Map<Setting<?>, Object> recorded = new LinkedHashMap<>(values);
    recorded.keySet().removeIf(setting -> !setting.isRecorded());
    return Collections.unmodifiableMap(recorded);
  }

  /** What the model gets beside the prompt. */
  public List<Input> inputs() {
    return inputs;
  }

  /**
   * The input of a kind, if the request has one.
   *
   * @throws PipelineException if it has several
   */
  public <I extends Input> Optional<I> input(Class<I> kind) {
    List<I> found = new ArrayList<>();
    inputs.stream().filter(kind::isInstance).map(kind::cast).forEach(found::add);
    if (found.size() > 1) {
      throw new PipelineException(
          "the request has %s %d times: once is enough"
              .formatted(found.getFirst().title(), found.size()));
    }
    return found.stream().findFirst();
  }

  /** Size of the clip. */
  public ClipSize size() {
    return new ClipSize(get(Setting.WIDTH), get(Setting.HEIGHT), get(Setting.FRAMES));
  }

  /** Whether the unconditional prediction takes part. */
  public boolean isGuided() {
    return get(Setting.GUIDANCE_SCALE) > 1;
  }
}
