package io.zoetrope.bench;

import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fits to a model of Wan's names what TeaCache and MagCache need of one, as their authors do, from
 * runs in which every step is computed: give it to them as tracer.
 */
final class CacheFit implements Tracer {
  private static final List<String> BRANCHES = List.of("cond", "uncond");
  private static final Pattern SEEN =
      Pattern.compile(
          "denoise/step(\\d+)/(cond|uncond)/(?:(noise_pred)|transformer/(?:(patch_embedding)|"
              + "blocks\\.(\\d+)|(condition_embedder/time_embedder)))");

  private final String lastBlock;

  /** Norms of what the blocks add to each token, by branch, in the step before. */
  private final Map<String, double[]> norms = new HashMap<>();

  private final Map<String, float[]> entering = new HashMap<>();
  private final Map<String, float[]> times = new HashMap<>();
  private final Map<String, float[]> predictions = new HashMap<>();

  /** Sums of ratios by step, by branch. */
  private final Map<String, TreeMap<Integer, Double>> ratios = new HashMap<>();

  /** Relative changes of the time embedding and of the prediction, a pair for each step. */
  private final List<double[]> changes = new ArrayList<>();

  private double timeChange;
  private int runs;

  /**
   * Nothing seen yet.
   *
   * @param blocks how many the transformer has
   */
  CacheFit(int blocks) {
    this.lastBlock = Integer.toString(blocks - 1);
  }

  @Override
  public boolean wants(String path) {
    Matcher seen = SEEN.matcher(path);
    return seen.matches() && (seen.group(5) == null || seen.group(5).equals(lastBlock));
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    Matcher seen = SEEN.matcher(path);
    if (!seen.matches()) {
      return;
    }
    int step = Integer.parseInt(seen.group(1));
    String branch = seen.group(2);
    float[] values = tensor.toFloats();
    if (seen.group(4) != null) {
      entering.put(branch, values);
      runs += step == 0 && branch.equals(BRANCHES.getFirst()) ? 1 : 0;
    } else if (seen.group(5) != null) {
      addRatio(step, branch, values, tensor.intSize(0));
    } else if (seen.group(6) != null) {
      timeChange = step == 0 ? 0 : relativeChange(values, times.get(branch));
      times.put(branch, values);
    } else {
      if (step > 0) {
        changes.add(new double[] {timeChange, relativeChange(values, predictions.get(branch))});
      }
      predictions.put(branch, values);
    }
  }

  private void addRatio(int step, String branch, float[] leaving, int tokens) {
    float[] entered = entering.get(branch);
    int features = leaving.length / tokens;
    double[] now = new double[tokens];
    for (int i = 0; i < leaving.length; i++) {
      double added = leaving[i] - entered[i];
      now[i / features] += added * added;
    }
    double sum = 0;
    for (int token = 0; token < tokens; token++) {
      now[token] = Math.sqrt(now[token]);
      sum += step == 0 ? 1 : now[token] / norms.get(branch)[token];
    }
    norms.put(branch, now);
    ratios.computeIfAbsent(branch, _ -> new TreeMap<>()).merge(step, sum / tokens, Double::sum);
  }

  private static double relativeChange(float[] now, float[] before) {
    double change = 0;
    double size = 0;
    for (int i = 0; i < now.length; i++) {
      change += Math.abs(now[i] - before[i]);
      size += Math.abs(before[i]);
    }
    return change / size;
  }

  /** The ratios of both branches, step by step: means over the runs. */
  List<List<Double>> ratios() {
    return BRANCHES.stream()
        .map(branch -> ratios.get(branch).values().stream().map(sum -> sum / runs).toList())
        .toList();
  }

  /** A straight line through the changes, by least squares: slope and intercept. */
  List<Double> line() {
    double n = changes.size();
    double x = changes.stream().mapToDouble(pair -> pair[0]).sum() / n;
    double y = changes.stream().mapToDouble(pair -> pair[1]).sum() / n;
    double xy = changes.stream().mapToDouble(pair -> (pair[0] - x) * (pair[1] - y)).sum();
    double xx = changes.stream().mapToDouble(pair -> (pair[0] - x) * (pair[0] - x)).sum();
    return List.of(xy / xx, y - xy / xx * x);
  }
}
