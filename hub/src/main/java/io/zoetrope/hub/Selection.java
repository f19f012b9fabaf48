package io.zoetrope.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files of a model are fetched. Of a pipeline: its index and what its components consist of,
 * once; the same weights in other formats and number formats stay at the hub, pictures and single
 * files at the top too. Where patterns are given: what fits them, and nothing else.
 */
final class Selection {
  /** The index of a pipeline. */
  static final String INDEX = "model_index.json";

  /** Defaults that a model of this engine brings. */
  private static final String OWN = "zoetrope.json";

  private static final String SAFETENSORS = ".safetensors";

  /** What components have beside weights: configurations, and the files of tokenizers. */
  private static final Pattern SMALL = Pattern.compile(".*\\.(?:json|txt|model|jinja)");

  /** Indexes of shards, of whatever format. */
  private static final Pattern SHARD_INDEX = Pattern.compile(".*\\.index(?:\\.[^.]+)?\\.json");

  /** The names that diffusers and transformers give to weights: no variant such as fp16. */
  private static final Pattern WEIGHTS =
      Pattern.compile("(diffusion_pytorch_model|model)(?:-(\\d{5})-of-(\\d{5}))?\\.safetensors");

  private static final String SHARDED_BY = ".safetensors.index.json";

  /** The base name of which transformers takes a single file, where diffusers takes shards. */
  private static final String TRANSFORMERS = "model";

  private Selection() {}

  /**
   * The files of a pipeline.
   *
   * @param model for errors
   * @param index of the pipeline
   * @throws HubException if a component has no files, or no weights that can be read
   */
  static List<HubFile> pipeline(ModelName model, Listing listing, JsonConfig index) {
    List<HubFile> selected = new ArrayList<>();
    for (String name : List.of(INDEX, OWN)) {
      if (listing.files().containsKey(name)) {
        selected.add(listing.files().get(name));
      }
    }
    Set<String> components = components(index);
    if (components.isEmpty()) {
      throw new HubException("%s: its %s names no component".formatted(model, INDEX));
    }
    for (String component : components) {
      List<HubFile> files =
          listing.all().stream().filter(file -> file.folder().equals(component)).toList();
      if (files.isEmpty()) {
        throw new HubException(
            "%s: %s names the component %s, of which it has no file"
                .formatted(model, INDEX, Printable.quote(component)));
      }
      selected.addAll(component(model, component, files));
    }
    return List.copyOf(new LinkedHashSet<>(selected));
  }

  /** Names of the components that an index has, which are those of their folders. */
  static Set<String> components(JsonConfig index) {
    return index.json().properties().stream()
        .filter(entry -> entry.getValue().isArray() && entry.getValue().path(1).isTextual())
        .map(Map.Entry::getKey)
        .filter(name -> RepositoryPath.isPlain(name) && name.indexOf('/') < 0)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<HubFile> component(ModelName model, String component, List<HubFile> files) {
    List<HubFile> selected = new ArrayList<>();
    for (HubFile file : files) {
      if (SMALL.matcher(file.name()).matches() && !SHARD_INDEX.matcher(file.name()).matches()) {
        selected.add(file);
      }
    }
    List<HubFile> weights = weights(model, files);
    boolean isModel = selected.stream().anyMatch(file -> file.name().equals("config.json"));
    if (isModel && weights.isEmpty()) {
      throw new HubException(
          "%s: the component %s has no weights in safetensors: %s"
              .formatted(
                  model,
                  Printable.quote(component),
                  files.stream().map(HubFile::name).collect(Collectors.joining(", "))));
    }
    selected.addAll(weights);
    return selected;
  }

  /**
   * What a component's folder lacks, by itself: shards that its index names, or all its weights.
   *
   * @param folder may be missing
   */
  static List<String> missing(String component, Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of(component);
    }
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.filter(Files::exists).forEach(file -> names.add(file.getFileName().toString()));
    } catch (IOException _) {
      return List.of(component);
    }
    List<String> indexes = names.stream().filter(name -> name.endsWith(SHARDED_BY)).toList();
    boolean hasSingle =
        names.stream()
            .map(WEIGHTS::matcher)
            .anyMatch(name -> name.matches() && name.group(2) == null);
    if (hasSingle || !names.contains("config.json")) {
      return List.of();
    } else if (indexes.isEmpty()) {
      return List.of(component + " (weights)");
    }
    return indexes.stream()
        .flatMap(index -> shards(folder.resolve(index)).stream())
        .filter(shard -> !names.contains(shard))
        .map(shard -> component + "/" + shard)
        .toList();
  }

  private static Set<String> shards(Path index) {
    return JsonConfig.read(index)
        .json()
        .path("weight_map")
        .valueStream()
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * One form of the weights, as each library chooses where there are several: transformers takes a
   * single file, diffusers shards.
   */
  private static List<HubFile> weights(ModelName model, List<HubFile> files) {
    Map<String, List<HubFile>> singles = new TreeMap<>();
    Map<String, List<HubFile>> shards = new TreeMap<>();
    for (HubFile file : files) {
      Matcher name = WEIGHTS.matcher(file.name());
      if (name.matches()) {
        Map<String, List<HubFile>> kind = name.group(2) == null ? singles : shards;
        kind.computeIfAbsent(name.group(1), _ -> new ArrayList<>()).add(file);
      }
    }
    for (String base : List.of("diffusion_pytorch_model", TRANSFORMERS)) {
      List<HubFile> index =
          files.stream().filter(file -> file.name().equals(base + SHARDED_BY)).toList();
      boolean isSharded = !index.isEmpty() && shards.containsKey(base);
      boolean isSingle = singles.containsKey(base);
      if (isSharded && !(isSingle && base.equals(TRANSFORMERS))) {
        List<HubFile> chosen = new ArrayList<>(index);
        chosen.addAll(complete(model, shards.get(base)));
        return chosen;
      } else if (isSingle) {
        return singles.get(base);
      }
    }
    return List.of();
  }

  private static List<HubFile> complete(ModelName model, List<HubFile> shards) {
    String name = shards.getFirst().name();
    Matcher first = WEIGHTS.matcher(name);
    int count = first.matches() ? Integer.parseInt(first.group(3)) : 0;
    if (shards.size() != count) {
      throw new HubException(
          "%s: it has %d of the %d shards beside %s"
              .formatted(model, shards.size(), count, Printable.quote(shards.getFirst().path())));
    }
    return shards;
  }

  /**
   * The files that fit one of some patterns, as {@code allow_patterns} of {@code huggingface_hub}
   * chooses them: a star stands for slashes too, and a folder for all that it holds.
   *
   * @throws HubException if a pattern fits nothing
   */
  static List<HubFile> matching(ModelName model, Listing listing, List<String> patterns) {
    Set<HubFile> selected = new LinkedHashSet<>();
    for (String pattern : patterns) {
      Pattern fits = regex(pattern.endsWith("/") ? pattern + "*" : pattern);
      List<HubFile> found =
          listing.all().stream().filter(file -> fits.matcher(file.path()).matches()).toList();
      if (found.isEmpty()) {
        throw new HubException(
            "%s: nothing fits --include %s; it has %s"
                .formatted(model, Printable.quote(pattern), summary(listing.all())));
      }
      selected.addAll(found);
    }
    return List.copyOf(selected);
  }

  /** What to say where there is no index and no pattern. */
  static HubException noPipeline(ModelName model, Listing listing) {
    return new HubException(
        "%s has no %s, so it's no model in the layout of diffusers; name what you want of it with"
                .formatted(model, INDEX)
            + " --include, it has "
            + summary(listing.all()));
  }

  /** Weights first; the rest by number. */
  private static String summary(Collection<HubFile> files) {
    List<String> weights =
        files.stream()
            .map(HubFile::path)
            .filter(path -> path.endsWith(SAFETENSORS) || path.endsWith(".gguf"))
            .toList();
    int shown = Math.min(4, weights.size());
    String named =
        weights.stream().limit(shown).map(Printable::value).collect(Collectors.joining(", "));
    return shown == 0
        ? "%d files".formatted(files.size())
        : "%s%s"
            .formatted(
                named,
                files.size() == shown ? "" : " and %d other files".formatted(files.size() - shown));
  }

  /** Shell patterns: {@code *}, {@code ?} and sets in brackets. */
  private static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      int end = c == '[' ? pattern.indexOf(']', i + 2) : -1;
      if (end > 0) {
        String set = pattern.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
        regex.append('[').append(set.startsWith("!") ? "^" + set.substring(1) : set).append(']');
        i = end;
      } else {
        regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
