package io.zoetrope.dit.cache;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.cache.PublishedCaches.Limits;
import io.zoetrope.dit.cache.PublishedCaches.MagTable;
import io.zoetrope.files.Printable;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The step cache that a request asks for. Its text is what {@link #parse} takes. */
public sealed interface StepCaching {
  /** What there is, for people. */
  String FORMS =
      "none, first-block[:THRESHOLD], teacache[:THRESHOLD], teacache-ret[:THRESHOLD], easycache[:THRESHOLD[,FIRST STEPS]],"
          + " magcache[:THRESHOLD[,MOST SKIPPED[,RETENTION]]]";

  /**
   * Leaves all blocks but the first one out.
   *
   * @param threshold of the relative change of what the first block adds
   */
  record FirstBlock(double threshold) implements StepCaching {
    private static final double DEFAULT = 0.05;

    @Override
    public Optional<String> obstacle(PublishedCaches published, List<Integer> steps) {
      return tooFew(steps, 1, "the first step");
    }

    @Override
    public StepCache open(
        Ops ops, CachedSteps steps, int expert, int branches, PublishedCaches published) {
      Buffers buffers = buffers(ops);
      return ofBranches(buffers, branches, _ -> new FirstBlockCache(threshold, buffers));
    }

    @Override
    public String toString() {
      return "first-block:" + threshold;
    }
  }

  /**
   * Leaves all blocks out as long as the embedding of the timestep changes little.
   *
   * @param threshold of the change that it makes one expect
   * @param isRetaining whether the first steps are all computed, and the last one is not; with
   *     coefficients of its own
   * @param coefficients of the polynomial that was fitted to the model, the highest power first;
   *     the published ones where they are empty
   */
  record Tea(double threshold, boolean isRetaining, List<Double> coefficients)
      implements StepCaching {
    private static final double DEFAULT = 0.08;

    /** The same with coefficients of one's own. */
    public Tea with(List<Double> fitted) {
      return new Tea(threshold, isRetaining, fitted);
    }

    private List<Double> coefficients(PublishedCaches published) {
      return !coefficients.isEmpty()
          ? coefficients
          : isRetaining ? published.retainingTeaCache() : published.teaCache();
    }

    @Override
    public Optional<String> obstacle(PublishedCaches published, List<Integer> steps) {
      if (coefficients(published).isEmpty()) {
        return Optional.of(
            "needs coefficients that are fitted to a model, and for this one none are"
                + " published; first-block and easycache need none");
      }
      return isRetaining
          ? tooFew(steps, TeaCache.RETAINED, "the first %d steps".formatted(TeaCache.RETAINED))
          : tooFew(steps, 2, "the first step and the last one");
    }

    @Override
    public StepCache open(
        Ops ops, CachedSteps steps, int expert, int branches, PublishedCaches published) {
      Buffers buffers = buffers(ops);
      return ofBranches(
          buffers,
          branches,
          _ -> new TeaCache(threshold, isRetaining, coefficients(published), steps, buffers));
    }

    @Override
    public String toString() {
      return (isRetaining ? "teacache-ret:" : "teacache:") + threshold;
    }
  }

  /**
   * Leaves the whole transformer out as long as the latents change little.
   *
   * @param threshold of the change that they make one expect
   * @param warmUp how many steps in front are computed in any case
   */
  record Easy(double threshold, int warmUp) implements StepCaching {
    private static final double DEFAULT = 0.05;
    private static final int DEFAULT_WARM_UP = 10;

    /** Computed steps that tell how fast predictions change. */
    private static final int LEAST_WARM_UP = 2;

    @Override
    public Optional<String> obstacle(PublishedCaches published, List<Integer> steps) {
      return tooFew(steps, warmUp + 1, "the first %d steps and the last one".formatted(warmUp))
          .map(text ->
              text + ", or fewer first ones, such as " + new Easy(threshold, LEAST_WARM_UP));
    }

    @Override
    public StepCache open(
        Ops ops, CachedSteps steps, int expert, int branches, PublishedCaches published) {
      return new EasyCache(threshold, warmUp, steps, branches, buffers(ops));
    }

    @Override
    public String toString() {
      return "easycache:" + threshold + "," + warmUp;
    }
  }

  /**
   * Leaves all blocks out where a table says that they do much the same as before.
   *
   * @param limits those that the table comes with where it is empty
   * @param table the published one where it is empty
   */
  record Mag(Optional<Limits> limits, Optional<MagTable> table) implements StepCaching {
    /**
     * The same with a table of one's own; its limits are those that are given.
     *
     * @param ratios for each prompt a ratio for every step of a schedule, of any length
     */
    public Mag with(List<List<Double>> ratios) {
      return new Mag(limits, Optional.of(new MagTable(limits.orElseThrow(), ratios, 0)));
    }

    @Override
    public Optional<String> obstacle(PublishedCaches published, List<Integer> steps) {
      Optional<MagTable> known = table.or(published::magCache);
      if (known.isEmpty()) {
        return Optional.of(
            "needs a table that was measured on a model, and for this one none is"
                + " published; first-block and easycache need none");
      }
      int first = Math.min(known.get().firstExpert(), steps.size());
      double retained = limits.orElse(known.get().limits()).retentionRatio();
      List<Integer> its = steps.subList(first, steps.size());
      return its.stream().allMatch(count -> MagCache.retained(retained, count) >= count)
          ? tooFew(its, most(its), "a share of %s of the first ones".formatted(retained))
          : Optional.empty();
    }

    @Override
    public StepCache open(
        Ops ops, CachedSteps steps, int expert, int branches, PublishedCaches published) {
      MagTable known = table.or(published::magCache).orElseThrow();
      if (expert < known.firstExpert()) {
        return StepCache.NONE;
      }
      Limits dared = limits.orElse(known.limits());
      Buffers buffers = buffers(ops);
      return ofBranches(
          buffers,
          branches,
          branch -> new MagCache(dared, known.ratios(branch, steps.scheduled()), steps, buffers));
    }

    @Override
    public String toString() {
      return "magcache"
          + limits
              .map(dared ->
                  ":%s,%d,%s"
                      .formatted(dared.threshold(), dared.maxSkipSteps(), dared.retentionRatio()))
              .orElse("");
    }
  }

  /**
   * Why it can't be used, as the rest of a sentence; empty if it can.
   *
   * @param published for the model
   * @param steps how many each transformer takes
   */
  Optional<String> obstacle(PublishedCaches published, List<Integer> steps);

  /**
   * A cache for the steps of one transformer, in memory of its own.
   *
   * @param expert number of the transformer
   * @param branches how many prompts there are
   * @param published for the model
   */
  StepCache open(Ops ops, CachedSteps steps, int expert, int branches, PublishedCaches published);

  /** Of no more steps than are computed in any case, nothing is left out. */
  private static Optional<String> tooFew(List<Integer> steps, int computed, String what) {
    return most(steps) > computed
        ? Optional.empty()
        : Optional.of(
            "computes %s, and of %d steps%s leaves out none: take more steps"
                .formatted(what, most(steps), steps.size() > 1 ? " of a transformer" : ""));
  }

  private static int most(List<Integer> steps) {
    return steps.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  private static Buffers buffers(Ops ops) {
    return ops.buffers("step cache");
  }

  private static StepCache ofBranches(
      Buffers buffers, int count, IntFunction<? extends BranchCache> maker) {
    return new BranchCaches(buffers, IntStream.range(0, count).mapToObj(maker).toList());
  }

  /**
   * Reads a cache as people write it: its name, and its numbers behind a colon.
   *
   * @return empty for {@code none}
   * @throws ConfigException if there is no such cache, or a number is out of its range
   */
  static Optional<StepCaching> parse(String text) {
    int colon = text.indexOf(':');
    String name = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
    CacheNumbers numbers = CacheNumbers.of(text, colon < 0 ? null : text.substring(colon + 1));
    Optional<StepCaching> caching =
        switch (name) {
          case "none" -> Optional.empty();
          case "first-block" -> Optional.of(new FirstBlock(numbers.threshold(FirstBlock.DEFAULT)));
          case "teacache", "teacache-ret" ->
              Optional.of(
                  new Tea(numbers.threshold(Tea.DEFAULT), name.equals("teacache-ret"), List.of()));
          case "easycache" ->
              Optional.of(
                  new Easy(
                      numbers.threshold(Easy.DEFAULT),
                      numbers.count("first steps", Easy.LEAST_WARM_UP, Easy.DEFAULT_WARM_UP)));
          case "magcache" -> Optional.of(new Mag(numbers.limits(), Optional.empty()));
          default ->
              throw new ConfigException(
                  "unknown cache %s; supported: %s".formatted(Printable.quote(text), FORMS));
        };
    numbers.requireAllRead();
    return caching;
  }
}
