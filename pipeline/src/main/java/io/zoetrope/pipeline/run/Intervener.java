package io.zoetrope.pipeline.run;

import io.zoetrope.ops.ForwardingTracer;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Ablation;
import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Replaces in one run what a request wants replaced. Stands before another tracer, which sees the
 * job as it goes on.
 *
 * <p>Keys of words are those of the attention to the text, {@code attn2}, or where there is none,
 * as in CogVideoX, of the attention in which text and video are one sequence, the text in front.
 */
final class Intervener extends ForwardingTracer {
  private static final String CROSS = "/attn2/key";
  private static final Pattern KEY = Pattern.compile(".*/attn[12]/key");
  private static final String DONOR = "/" + Interventions.SWAPPED + "/";

  private final Interventions interventions;

  /** Rows of the changed prompt's keys, by the paths of those that get them. */
  private final Map<String, float[][]> rows = new HashMap<>();

  private boolean attendsToText;

  Intervener(Interventions interventions, Tracer behind) {
    super(behind);
    this.interventions = interventions;
  }

  // ---------------------------------------------------------------- what is replaced

  @Override
  public boolean replaces(String path) {
    return ablation(path).isPresent() || rows.containsKey(path) || super.replaces(path);
  }

  private Optional<Ablation> ablation(String path) {
    return interventions.ablations().stream()
        .filter(ablation -> ablation.glob().matches(path))
        .findFirst();
  }

  @Override
  public Tensor replacement(String path, Tensor tensor) {
    Tensor replaced = super.replaces(path) ? super.replacement(path, tensor) : tensor;
    // Keys of pictures come second, under the same path: only the first ones are of words.
    float[][] swapped = rows.remove(path);
    if (swapped != null) {
      interventions.noteSwapped();
      replaced = withRows(replaced, swapped);
    }
    for (Ablation ablation : interventions.ablations()) {
      if (ablation.glob().matches(path)) {
        interventions.note(ablation);
        replaced = ablation.replacement(path, replaced);
      }
    }
    return replaced;
  }

  private Tensor withRows(Tensor keys, float[][] swapped) {
    float[] values = keys.toFloats();
    int features = keys.intSize(1);
    var tokens = interventions.swapped().orElseThrow().tokens();
    for (int i = 0; i < swapped.length; i++) {
      System.arraycopy(swapped[i], 0, values, tokens.get(i).token() * features, features);
    }
    return Tensor.of(values, keys.shape().sizes());
  }

  // ---------------------------------------------------------------- what is seen

  private boolean isDonor(String path) {
    return interventions.swapped().isPresent()
        && path.contains(DONOR)
        && KEY.matcher(path).matches()
        && (!attendsToText || path.endsWith(CROSS));
  }

  @Override
  public boolean wants(String path) {
    return isDonor(path) || super.wants(path);
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    if (isDonor(path)) {
      if (!attendsToText && path.endsWith(CROSS)) {
        attendsToText = true;
        rows.clear();
      }
      keep(path.replace(DONOR, "/"), tensor);
    }
    if (super.wants(path)) {
      super.tensor(path, tensor);
    }
  }

  private void keep(String path, Tensor keys) {
    var tokens = interventions.swapped().orElseThrow().tokens();
    if (tokens.stream().anyMatch(pair -> pair.other() >= keys.size(0))) {
      return;
    }
    rows.putIfAbsent(
        path,
        tokens.stream()
            .map(pair -> keys.select(0, pair.other()).toFloats())
            .toArray(float[][]::new));
  }
}
