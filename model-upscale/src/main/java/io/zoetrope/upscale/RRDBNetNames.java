package io.zoetrope.upscale;

import java.util.Collection;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The three ways in which files spell RRDBNet's tensors: as Real-ESRGAN does ({@code
 * body.0.rdb1.conv1}), as ESRGAN did in its second version ({@code RRDB_trunk.0.RDB1.conv1}), and
 * as in its first, where layers are numbers ({@code model.1.sub.0.RDB1.conv1.0}).
 *
 * @param numbered layers of the first version that have weights of their own behind the body, in
 *     order; empty for the other versions
 */
record RRDBNetNames(List<Integer> numbered) {
  /** What training programs put around the tensors that are used, and around all of them. */
  private static final Pattern WRAPPING = Pattern.compile("^(params_ema|params|module)\\.");

  private static final Pattern TRUNK = Pattern.compile("RRDB_trunk\\.(\\d+)\\.RDB(\\d)\\.(.*)");

  private static final Pattern NUMBERED_BLOCK =
      Pattern.compile("model\\.1\\.sub\\.(\\d+)\\.RDB(\\d)\\.conv(\\d)\\.0\\.(weight|bias)");

  private static final Pattern NUMBERED_END =
      Pattern.compile("model\\.1\\.sub\\.\\d+\\.(weight|bias)");

  private static final Pattern NUMBERED = Pattern.compile("model\\.(\\d{1,4})\\.(weight|bias)");

  /** For the names of one file. */
  static RRDBNetNames of(Collection<String> stored) {
    return new RRDBNetNames(
        stored.stream()
            .flatMap(name -> NUMBERED.matcher(unwrapped(name)).results())
            .map(found -> Integer.valueOf(found.group(1)))
            .filter(layer -> layer > 1)
            .distinct()
            .sorted()
            .toList());
  }

  private static String unwrapped(String name) {
    return WRAPPING.matcher(name).replaceFirst("");
  }

  /** The name as Real-ESRGAN spells it; what has no other spelling keeps its own. */
  String published(String stored) {
    String name = unwrapped(stored);
    return Stream.of(
            rewritten(
                TRUNK,
                name,
                found ->
                    "body.%s.rdb%s.%s".formatted(found.group(1), found.group(2), found.group(3))),
            rewritten(
                NUMBERED_BLOCK,
                name,
                found ->
                    "body.%s.rdb%s.conv%s.%s"
                        .formatted(found.group(1), found.group(2), found.group(3), found.group(4))),
            rewritten(NUMBERED_END, name, found -> "conv_body." + found.group(1)),
            rewritten(
                NUMBERED,
                name,
                found -> layer(Integer.parseInt(found.group(1))) + "." + found.group(2)))
        .flatMap(List::stream)
        .findFirst()
        .orElseGet(() ->
            name.replaceFirst("^trunk_conv\\.", "conv_body.")
                .replaceFirst("^upconv(\\d)\\.", "conv_up$1.")
                .replaceFirst("^HRconv\\.", "conv_hr."));
  }

  private interface Rewriting {
    String of(MatchResult found);
  }

  private static List<String> rewritten(Pattern pattern, String name, Rewriting rewriting) {
    Matcher matcher = pattern.matcher(name);
    return matcher.matches() ? List.of(rewriting.of(matcher.toMatchResult())) : List.of();
  }

  /** The first layer, then doublings, and two more behind them. */
  private String layer(int number) {
    int place = numbered.indexOf(number);
    int behind = numbered.size() - place;
    if (place < 0) {
      return "conv_first";
    }
    return behind == 1 ? "conv_last" : behind == 2 ? "conv_hr" : "conv_up" + (place + 1);
  }
}
