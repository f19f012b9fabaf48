package io.zoetrope.tools.inspect;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.ElementOperation;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.Operation;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.Tensor;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Multiplications and additions of matrices, module by module, in a job of one step without
 * guidance: found by a dry run. A product belongs to the module of its weight, an attention to the
 * module around the weights that went before it.
 */
public final class ModelWork {
  private static final Map<Stage, String> COMPONENTS =
      new EnumMap<>(
          Map.of(
              Stage.ENCODE_PROMPTS, "text_encoder",
              Stage.ENCODE_IMAGES, "image_encoder",
              Stage.ENCODE_VIDEO, "vae",
              Stage.DENOISE, "transformer",
              Stage.DECODE, "vae"));

  /** Components whose tokens are not those of the clip. */
  private static final List<String> OWN_TOKENS = List.of("text_encoder", "image_encoder");

  /** By component, and there by the path of the module. */
  private final Map<String, Map<String, Long>> flops = new HashMap<>();

  /** Rows of the largest linear map of a component: its tokens. */
  private final Map<String, Long> rows = new HashMap<>();

  private final Map<String, Long> largest = new HashMap<>();

  /** When a module was used first, by component and path. */
  private final Map<String, Map<String, Integer>> turns = new HashMap<>();

  private int turn;
  private final long clipTokens;
  private String component;
  private String module = "";

  private ModelWork(long clipTokens) {
    this.clipTokens = clipTokens;
  }

  /** The work of a request, of which one step is taken without guidance. */
  public static ModelWork of(VideoPipeline pipeline, GenerationRequest request) {
    ModelWork work = new ModelWork(pipeline.geometry().tokens(request.size()));
    pipeline.rehearse(
        request.with(Setting.STEPS, 1).with(Setting.GUIDANCE_SCALE, 1.0), work::begin, work::add);
    return work;
  }

  private void begin(Stage stage) {
    component = COMPONENTS.get(stage);
    module = "";
  }

  private void add(Operation operation) {
    if (operation instanceof ElementOperation.Embedding lookUp) {
      use(lookUp.table());
    }
    List<Tensor> weights =
        operation.inputs().stream().filter(input -> !name(input).isEmpty()).toList();
    weights.forEach(this::use);
    long all = operation.matrixFlops();
    if (all == 0 || component == null) {
      return;
    }
    if (operation instanceof Attention) {
      count(parent(module), all);
      return;
    }
    // Of several maps of one operation each has the share of its matrix.
    List<Tensor> matrices = weights.stream().filter(weight -> weight.shape().rank() > 1).toList();
    long elements = matrices.stream().mapToLong(Tensor::count).sum();
    matrices.forEach(weight -> count(parent(name(weight)), all * weight.count() / elements));
    if (operation instanceof LinearMap && all > largest.getOrDefault(component, 0L)) {
      largest.put(component, all);
      Tensor out = operation.out();
      rows.put(component, out.count() / out.size(-1));
    }
  }

  private void use(Tensor weight) {
    module = parent(name(weight));
    turns.computeIfAbsent(component, _ -> new LinkedHashMap<>()).putIfAbsent(module, turn++);
  }

  private void count(String path, long count) {
    flops.computeIfAbsent(component, _ -> new HashMap<>()).merge(path, count, Long::sum);
  }

  private static String name(Tensor tensor) {
    return tensor.storage().name();
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('.')));
  }

  /**
   * When the modules below a path were used for the first time, in the middle: some are prepared
   * beforehand for all blocks, others are left out of the first frame. Behind all others if none
   * was used.
   */
  int turn(String folder, String path) {
    int[] used =
        turns.getOrDefault(known(folder), Map.of()).entrySet().stream()
            .filter(entry -> isWithin(path, entry.getKey()))
            .mapToInt(Map.Entry::getValue)
            .sorted()
            .toArray();
    return used.length == 0 ? Integer.MAX_VALUE : used[used.length / 2];
  }

  private static String known(String folder) {
    return folder.replaceFirst("_\\d+$", "");
  }

  private static boolean isWithin(String path, String module) {
    return path.isEmpty() || module.equals(path) || module.startsWith(path + ".");
  }

  /**
   * FLOPs of a module, with all that is inside of it, for a token: of the clip, or in encoders of
   * prompts and pictures of theirs. Empty where a job of this kind does not run the component.
   *
   * @param folder of the component; a second transformer works as the first one does
   * @param path of the module
   */
  OptionalDouble perToken(String folder, String path) {
    String known = known(folder);
    Map<String, Long> modules = flops.get(known);
    if (modules == null) {
      return OptionalDouble.empty();
    }
    long sum =
        modules.entrySet().stream()
            .filter(entry -> isWithin(path, entry.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    long tokens = OWN_TOKENS.contains(known) ? rows.getOrDefault(known, 1L) : clipTokens;
    return OptionalDouble.of((double) sum / tokens);
  }
}
