package io.zoetrope.tools.profile;

import io.zoetrope.ops.Tracer.Operation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * The time of each block of the transformer in each step, both guidance branches together.
 *
 * @param steps their numbers, in order
 * @param nanos by block and place of the step; what belongs to no block comes last, under {@link
 *     #REST}
 */
record BlockSteps(List<Integer> steps, Map<String, long[]> nanos) {
  /** Operations of a step outside of all blocks. */
  static final String REST = "outside blocks";

  private static final Pattern STEP = Pattern.compile("step(\\d+)");
  private static final Pattern BLOCK = Pattern.compile("\\w*blocks\\.\\d+");

  private static final String SHADES = " ░▒▓█";

  /** The blocks of a profile, in the order of the work. */
  static BlockSteps of(Profile profile) {
    Map<String, Map<Integer, Long>> cells = new LinkedHashMap<>();
    Map<Integer, Long> rest = new LinkedHashMap<>();
    for (Operation operation : profile.operations()) {
      String[] names = operation.path().split("/");
      Optional<Integer> step = step(names);
      if (step.isPresent()) {
        block(names)
            .map(block -> cells.computeIfAbsent(block, _ -> new LinkedHashMap<>()))
            .orElse(rest)
            .merge(step.get(), operation.nanos(), Long::sum);
      }
    }
    cells.put(REST, rest);
    List<Integer> steps =
        cells.values().stream().flatMap(row -> row.keySet().stream()).distinct().sorted().toList();
    Map<String, long[]> nanos = new LinkedHashMap<>();
    cells.forEach((block, row) ->
        nanos.put(block, steps.stream().mapToLong(step -> row.getOrDefault(step, 0L)).toArray()));
    return new BlockSteps(steps, nanos);
  }

  private static Optional<Integer> step(String... names) {
    return Stream.of(names)
        .map(STEP::matcher)
        .filter(Matcher::matches)
        .map(step -> Integer.valueOf(step.group(1)))
        .findFirst();
  }

  private static Optional<String> block(String... names) {
    return Stream.of(names).filter(name -> BLOCK.matcher(name).matches()).findFirst();
  }

  /** The least and the most time of a block in a step; zeros if there is none. */
  long[] range() {
    long[] cells =
        nanos.entrySet().stream()
            .filter(row -> !row.getKey().equals(REST))
            .flatMapToLong(row -> Arrays.stream(row.getValue()))
            .toArray();
    return new long[] {LongStream.of(cells).min().orElse(0), LongStream.of(cells).max().orElse(0)};
  }

  /** A character that is darker the longer a block took, between the least and the most of all. */
  char shade(long cell) {
    long[] range = range();
    double share = range[1] == range[0] ? 0 : (double) (cell - range[0]) / (range[1] - range[0]);
    int level = (int) Math.clamp(share * SHADES.length(), 0, SHADES.length() - 1);
    return SHADES.charAt(level);
  }
}
