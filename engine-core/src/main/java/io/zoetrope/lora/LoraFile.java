package io.zoetrope.lora;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.lora.LoraKey.Role;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * A LoRA file, whatever its spelling: which modules it changes, by the names that it gives them,
 * and how. Opening reads the header and the alphas.
 *
 * <p>A pair counts {@code alpha / rank} times, where rank is the number of rows of its first
 * factor: alpha is the module's own, or else what PEFT's settings say; a pair without one counts
 * once. It never acts on differences.
 */
public final class LoraFile implements AutoCloseable {
  /** What PEFT puts before the names of a model that it wraps. */
  private static final String WRAPPED = "base_model.model.";

  private final Path path;
  private final WeightSource source;
  private final Map<String, LoraModule> modules = new LinkedHashMap<>();
  private final Map<String, Integer> spellings = new LinkedHashMap<>();
  private final List<String> strangers = new ArrayList<>();
  private final Optional<PeftSettings> settings;

  private LoraFile(Path path, WeightSource source) {
    this.path = path;
    this.source = source;
    refuseOthers();
    for (String name : source.names()) {
      LoraKey.parse(name).ifPresentOrElse(this::add, () -> strangers.add(name));
    }
    settings = PeftSettings.of(path, source.metadata());
    if (settings.filter(PeftSettings::isDora).isPresent()) {
      throw refusal("its settings say that it is a DoRA, which also scales each row of a weight");
    }
    modules.values().forEach(LoraModule::requireWhole);
    modules.values().removeIf(this::isIdle);
    if (modules.isEmpty()) {
      throw new WeightsException(
          source.names().isEmpty()
              ? path + ": holds no tensors: it is no LoRA, or what is left of one"
              : "%s: is no LoRA: none of its %d tensors changes another one, such as %s"
                  .formatted(path, source.names().size(), quote(source.names().iterator().next())));
    }
  }

  /**
   * Opens a file.
   *
   * @throws WeightsException if it cannot be read, is no LoRA or a kind that is not supported, or
   *     tensors are missing or do not fit each other; the message names them
   * @throws io.zoetrope.config.ConfigException if PEFT's settings are malformed
   */
  public static LoraFile open(Path path) {
    WeightSource source = WeightSource.open(path);
    LoraFile opened = null;
    try {
      opened = new LoraFile(path, source);
      return opened;
    } finally {
      if (opened == null) {
        source.close();
      }
    }
  }

  /** Whether names of tensors are those of a LoRA, or of a kind that is called so. */
  public static boolean isLora(Collection<String> names) {
    return names.stream().anyMatch(name -> LoraKey.parse(name).isPresent())
        || Unsupported.among(names).isPresent();
  }

  private void refuseOthers() {
    Unsupported.among(source.names())
        .ifPresent(found -> {
          throw refusal(
              "%s shows that it is %s".formatted(quote(found.tensor()), found.description()));
        });
  }

  private WeightsException refusal(String what) {
    return new WeightsException(
        "%s: %s: that is not supported, take a LoRA of plain pairs".formatted(path, what));
  }

  private void add(LoraKey key) {
    modules
        .computeIfAbsent(key.module(), name -> new LoraModule(path.toString(), name))
        .add(key.role(), source.tensor(key.name()));
    if (key.role() == Role.DOWN) {
      spellings.merge(key.spelling(), 1, Integer::sum);
    }
  }

  private boolean isIdle(LoraModule module) {
    if (module.isIdle()) {
      module.find(Role.ALPHA).ifPresent(alpha -> strangers.add(alpha.name()));
    }
    return module.isIdle();
  }

  /** Where it lies, as it was given. */
  public Path path() {
    return path;
  }

  /** Free-form strings beside the tensors; empty if there are none. */
  public Map<String, String> metadata() {
    return source.metadata();
  }

  /** How many tensors it holds. */
  public int tensors() {
    return source.names().size();
  }

  /** Bytes of all tensors. */
  long byteSize() {
    return source.byteSize();
  }

  /** The modules that it changes, by the names that it gives them. */
  Collection<LoraModule> modules() {
    return Collections.unmodifiableCollection(modules.values());
  }

  /** Names of tensors that are none of a LoRA's. */
  List<String> strangers() {
    return Collections.unmodifiableList(strangers);
  }

  /** Names of all tensors, for those who look for marks of a family in them. */
  public Collection<String> names() {
    return source.names();
  }

  /** How often the product of a module's pair counts. */
  double scale(LoraModule module) {
    if (module.alpha().isPresent()) {
      return module.alpha().getAsDouble() / module.rank();
    }
    return peft(module).orElse(1);
  }

  private OptionalDouble peft(LoraModule module) {
    return settings
        .map(known -> known.scale(module.name(), module.rank()))
        .orElseGet(OptionalDouble::empty);
  }

  /** The ranks of its pairs, each once, rising; empty if it has differences alone. */
  public long[] ranks() {
    return pairs().distinct().sorted().toArray();
  }

  private LongStream pairs() {
    return modules.values().stream().filter(LoraModule::hasPair).mapToLong(LoraModule::rank);
  }

  /**
   * How it names pairs and what stands before the modules' names, e.g. {@code ".lora_A/B.weight"}.
   */
  public Collection<String> spellings() {
    return Collections.unmodifiableSet(spellings.keySet());
  }

  /** How often pairs count before any weight: each scale once, rising. */
  public double[] scales() {
    return modules.values().stream()
        .filter(LoraModule::hasPair)
        .mapToDouble(this::scale)
        .distinct()
        .sorted()
        .toArray();
  }

  /** Whether no pair says how often it counts. */
  public boolean hasNoScale() {
    return modules.values().stream()
        .filter(LoraModule::hasPair)
        .allMatch(module -> module.alpha().isEmpty() && peft(module).isEmpty());
  }

  /** The kinds of modules that it changes: their names without numbers of blocks, sorted. */
  public Collection<String> targets() {
    TreeSet<String> targets = new TreeSet<>();
    modules.keySet().forEach(name -> targets.add(name.replaceAll("([._])\\d+([._])", "$1N$2")));
    return targets;
  }

  /** How many inputs the first pair has whose module is of this kind; empty if there is none. */
  public OptionalLong inputs(Pattern module) {
    return modules.values().stream()
        .filter(LoraModule::hasPair)
        .filter(found -> module.matcher(found.name()).find())
        .mapToLong(found -> found.find(Role.DOWN).orElseThrow().shape().size(1))
        .findFirst();
  }

  /** What a user should know of the file, a sentence each. */
  public List<String> warnings() {
    boolean isUncertain =
        hasNoScale() && modules.keySet().stream().anyMatch(name -> name.startsWith(WRAPPED));
    if (!isUncertain || ranks().length == 0) {
      return List.of();
    }
    long rank = ranks()[ranks().length - 1];
    return List.of(
        "%s: PEFT wrote it and it does not say its alpha: it counts once; if it is rank-stabilised with alpha = rank, it needs %.3g times the weight"
            .formatted(path.getFileName(), Math.sqrt(rank)));
  }

  @Override
  public void close() {
    source.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
