package io.zoetrope.pipeline.explain;

import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * What each block adds to the tokens: how much, how much of it changes from step to step, and how
 * much the guided branches agree about it. It is looked at in tokens that lie evenly spread, all of
 * them in small clips, since that of the step before has to be kept.
 */
final class BlockStatistics {
  private final JobLayout layout;
  private final BlockGrids grids;
  private final int[] tokens;

  /** Tokens as the block before has left them, by branch and stream. */
  private final Map<String, float[]> states = new HashMap<>();

  /** What a block has added last, by branch and block. */
  private final Map<String, float[]> residuals = new HashMap<>();

  BlockStatistics(ExplainPlan plan, BlockGrids grids) {
    this.layout = plan.layout();
    this.grids = grids;
    int all = layout.tokens().tokens();
    this.tokens = new int[tokens(plan)];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (int) ((long) i * all / tokens.length);
    }
  }

  /** How many tokens are looked at. */
  private static int tokens(ExplainPlan plan) {
    return Math.min(plan.limits().tokens(), plan.layout().tokens().tokens());
  }

  /** Bytes that are kept of blocks. */
  static long bytes(ExplainPlan plan) {
    JobLayout layout = plan.layout();
    long state = (long) tokens(plan) * layout.dim();
    return Float.BYTES * state * (layout.isGuided() ? 2 : 1) * (layout.blocks().size() + 2);
  }

  /** The tokens that the first block is given. */
  void input(TracedPlace place, Tensor x) {
    states.put(place.branch() + TracedPlace.stream(place.block()), looked(x, place.block()));
  }

  /** The tokens that a block has updated. */
  void output(TracedPlace place, Tensor x) {
    int step = layout.step(place.step());
    float[] after = looked(x, place.block());
    float[] before = states.put(place.branch() + TracedPlace.stream(place.block()), after);
    if (before == null) {
      return;
    }
    float[] residual = new float[after.length];
    for (int i = 0; i < residual.length; i++) {
      residual[i] = after[i] - before[i];
    }
    grids.put(Figure.RESIDUAL, "rms", place.branch(), place.block(), step, rms(residual));
    float[] last = residuals.put(place.branch() + "/" + place.block(), residual);
    if (last != null) {
      double change = rms(difference(residual, last)) / rms(residual);
      grids.put(Figure.CHANGE, "", place.branch(), place.block(), step, change);
    }
    if (!place.isConditional()) {
      float[] cond = residuals.get(TracedPlace.COND + "/" + place.block());
      grids.put(Figure.AGREEMENT, "cosine", "", place.block(), step, cosine(cond, residual));
    }
  }

  /** A gate, scale or shift, with which the timestep acts on a layer. */
  void modulation(TracedPlace place, Tensor x) {
    int slash = place.name().lastIndexOf('/');
    String layer = place.name().substring(0, Math.max(0, slash));
    Figure figure =
        switch (place.name().substring(slash + 1)) {
          case "gate" -> Figure.GATE;
          case "scale" -> Figure.SCALE;
          default -> Figure.SHIFT;
        };
    double size = rms(x.toFloats());
    grids.put(figure, layer, "rms", "", place.block(), layout.step(place.step()), size);
  }

  private float[] looked(Tensor x, String block) {
    int dim = x.intSize(1);
    float[] values = new float[tokens.length * dim];
    long text = x.size(0) - layout.tokens().tokens();
    int frames = layout.tokens().frames();
    int places = layout.tokens().height() * layout.tokens().width();
    for (int i = 0; i < tokens.length; i++) {
      long row =
          TracedPlace.isPlaceMajor(block)
              ? (long) tokens[i] % places * frames + tokens[i] / places
              : text + tokens[i];
      System.arraycopy(x.narrow(0, row, 1).toFloats(), 0, values, i * dim, dim);
    }
    return values;
  }

  private static float[] difference(float[] a, float[] b) {
    float[] difference = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  /** The root mean square of values. */
  static double rms(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  private static double cosine(float[] a, float[] b) {
    double product = 0;
    for (int i = 0; i < a.length; i++) {
      product += (double) a[i] * b[i];
    }
    return product / a.length / (rms(a) * rms(b));
  }
}
