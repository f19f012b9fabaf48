package io.zoetrope.tools.film;

import io.zoetrope.tools.shot.ShotPrompt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** A film about a product: a shot for each of its features, then a closing one. */
public final class ProductFilm {
  private ProductFilm() {}

  /**
   * The shots, each of which begins with the picture.
   *
   * @param image shows the product
   * @param name of the product
   * @param features a phrase each
   */
  public static List<Shot> shots(Path image, String name, List<String> features, ProductMood mood) {
    List<Shot> shots = new ArrayList<>();
    for (String feature : features) {
      String place = "feature %d ('%s')".formatted(shots.size() + 1, feature);
      shots.add(
          shot(
              place,
              image,
              mood,
              new ShotPrompt(
                  mood.camera(shots.size()),
                  mood.speed(),
                  name + ", " + feature,
                  "",
                  "",
                  mood.lighting(),
                  mood.mood(),
                  mood.style(),
                  "")));
    }
    shots.add(
        shot(
            "the closing shot",
            image,
            mood,
            new ShotPrompt(
                "dolly-out",
                "slow",
                name,
                "comes to rest",
                "in the centre of the picture",
                mood.lighting(),
                mood.mood(),
                mood.style(),
                "")));
    return List.copyOf(shots);
  }

  private static Shot shot(String place, Path image, ProductMood mood, ShotPrompt prompt) {
    return new Shot(
        place,
        prompt,
        "",
        Optional.of(image),
        false,
        OptionalDouble.empty(),
        OptionalLong.empty(),
        mood.transition(),
        OptionalDouble.empty());
  }
}
