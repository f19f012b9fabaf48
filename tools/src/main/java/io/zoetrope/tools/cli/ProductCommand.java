package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.film.ProductFilm;
import io.zoetrope.tools.film.ProductMood;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a film about a product. */
@Command(
    name = "product",
    description =
        "Makes a film about a product from a picture of it: a shot for each feature, then a "
            + "closing one. Needs a model that makes clips of images.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ProductCommand implements Callable<Integer> {
  private static final int MAX_FEATURES = 100;

  @Parameters(index = "0", paramLabel = "IMAGE", description = "A picture of the product.")
  private Path image;

  @Parameters(index = "1..*", paramLabel = "FEATURE", description = "Further features.")
  private List<String> furtherFeatures = List.of();

  @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is.")
  private String name;

  @Option(
      names = "--feature",
      required = true,
      paramLabel = "TEXT",
      arity = "1",
      description =
          "What a shot is about, e.g. 'brushed steel'; given several times, or followed by further ones.")
  private List<String> features;

  @Option(
      names = "--mood",
      paramLabel = "MOOD",
      defaultValue = "premium",
      description =
          "Light, style, cameras and transitions: "
              + ProductMood.NAMES
              + " (default: ${DEFAULT-VALUE}).")
  private ProductMood mood;

  @Mixin private FilmJob film;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<String> all = Stream.concat(features.stream(), furtherFeatures.stream()).toList();
    if (name.isBlank() || all.stream().anyMatch(String::isBlank)) {
      throw new PipelineException("a name or a feature is empty; say what is shown");
    }
    if (all.size() > MAX_FEATURES) {
      throw new PipelineException(
          "%d features; at most %d are possible".formatted(all.size(), MAX_FEATURES));
    }
    return film.run(ProductFilm.shots(image, name, all, mood), spec.commandLine().getErr());
  }
}
