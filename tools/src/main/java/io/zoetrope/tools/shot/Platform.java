package io.zoetrope.tools.shot;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a clip is to be published: the ratio of its sides, and the frame rates and lengths that are
 * accepted there (limits for uploads by programs, as the platforms' documents had them in 2026).
 */
public enum Platform {
  TIKTOK(9, 16, 23, 60, 3, 600),
  /** Reels of Instagram. */
  REEL(9, 16, 23, 60, 3, 900),
  /** Shorts of YouTube. */
  SHORT(9, 16, 24, 60, 0, 180),
  /** Posts on X. */
  TWITTER(16, 9, 1, 60, 0.5, 140),
  YOUTUBE(16, 9, 24, 60, 0, 43_200),
  /** Posts of Instagram. */
  SQUARE(1, 1, 23, 60, 3, 900);

  /** All names, for help. */
  public static final String NAMES = "tiktok, reel, short, twitter, youtube, square";

  /** A size whose ratio is off by so much is as bad as one of half or twice the pixels. */
  private static final double RATIO_UNIT = 0.05;

  /** How much worse it is to have more than twice the pixels, or less than half of them. */
  private static final double FAR = 100;

  /** Sizes that differ more in their ratio are of another format. */
  private static final double SAME_RATIO = 0.1;

  /** Sides that are tried are at most so many times those of a square of the model's pixels. */
  private static final int LONGEST = 4;

  private final int across;
  private final int down;
  private final int slowest;
  private final int fastest;
  private final double shortest;
  private final double longest;

  Platform(int across, int down, int slowest, int fastest, double shortest, double longest) {
    this.across = across;
    this.down = down;
    this.slowest = slowest;
    this.fastest = fastest;
    this.shortest = shortest;
    this.longest = longest;
  }

  /**
   * A frame rate, which may show every frame of the model several times.
   *
   * @param framesPerSecond of the clip as it is written
   * @param repeats how often each frame is written
   */
  public record Rate(int framesPerSecond, int repeats) {}

  /**
   * The platform of a name.
   *
   * @throws PipelineException that says which there are
   */
  public static Platform of(String name) {
    return Arrays.stream(values())
        .filter(platform -> platform.option().equals(name.strip().toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            new PipelineException(
                "platform '%s' is not known; there are %s".formatted(name, NAMES)));
  }

  /** The name that users give. */
  public String option() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The ratio of the sides, e.g. {@code 9:16}. */
  public String ratio() {
    return across + ":" + down;
  }

  /**
   * A size that a model makes, of this ratio or nearly, with about as many pixels as its own.
   *
   * @param own the model's own size
   */
  public ClipSize size(VideoGeometry geometry, ClipSize own) {
    double pixels = (double) own.width() * own.height();
    int most = (int) (LONGEST * Math.sqrt(pixels));
    ClipSize best = null;
    double least = Double.POSITIVE_INFINITY;
    for (int width = geometry.widthMultiple(); width <= most; width += geometry.widthMultiple()) {
      for (int height = geometry.heightMultiple();
          height <= most;
          height += geometry.heightMultiple()) {
        double doublings = Math.abs(Math.log(width * (double) height / pixels)) / Math.log(2);
        double fault =
            ratioFault(width, height) / RATIO_UNIT + doublings + FAR * Math.max(0, doublings - 1);
        if (fault <= least && even(width, height)) {
          least = fault;
          best = new ClipSize(width, height, own.frames());
        }
      }
    }
    return Optional.ofNullable(best)
        .orElseThrow(() -> new PipelineException("the model makes no clip of " + ratio()));
  }

  private static boolean even(int width, int height) {
    return width % 2 == 0 && height % 2 == 0;
  }

  /** How far the ratio of two sides is from this one's: the logarithm of their quotient. */
  private double ratioFault(int width, int height) {
    return Math.abs(Math.log(width * (double) down / ((double) height * across)));
  }

  /**
   * Checks a size that a user has chosen.
   *
   * @throws PipelineException if it is of another ratio
   */
  public void requireRatio(ClipSize size) {
    if (ratioFault(size.width(), size.height()) > SAME_RATIO) {
      throw new PipelineException(
          "platform %s is %s, the size %dx%d is not: leave one of them out"
              .formatted(option(), ratio(), size.width(), size.height()));
    }
  }

  /**
   * A frame rate that is accepted, at which the clip plays as fast as the model meant it.
   *
   * @param own frames a second of the model
   * @throws PipelineException if there is none
   */
  public Rate rate(int own) {
    int repeats = Math.max(1, Math.ceilDiv(slowest, own));
    if (own * repeats > fastest) {
      throw new PipelineException(
          "platform %s takes %d to %d frames a second, and no multiple of %d lies there: use --fps"
              .formatted(option(), slowest, fastest, own));
    }
    return new Rate(own * repeats, repeats);
  }

  /**
   * Checks a frame rate that a user has chosen.
   *
   * @throws PipelineException if it is not accepted
   */
  public void requireRate(int framesPerSecond) {
    if (framesPerSecond < slowest || framesPerSecond > fastest) {
      throw new PipelineException(
          "platform %s takes %d to %d frames a second, --fps %d is not: leave one of them out"
              .formatted(option(), slowest, fastest, framesPerSecond));
    }
  }

  /**
   * Checks how long a clip is.
   *
   * @return what is to be said of one that is too short, which can be joined with others
   * @throws PipelineException if it is too long
   */
  public Optional<String> checkLength(double seconds) {
    if (seconds > longest) {
      throw new PipelineException(
          "platform %s takes at most %s, this is %s: use fewer frames"
              .formatted(option(), text(longest), text(seconds)));
    }
    return seconds < shortest
        ? Optional.of(
            "platform %s takes no less than %s, this is %s: use more frames, or join clips"
                .formatted(option(), text(shortest), text(seconds)))
        : Optional.empty();
  }

  private static String text(double seconds) {
    return (seconds == Math.rint(seconds) ? "%.0f s" : "%.1f s").formatted(seconds);
  }
}
