package io.zoetrope.pipeline.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The predictions of a run that a step cache made without the transformer. */
final class ReusedSteps {
  private final Map<String, List<Integer>> steps = new LinkedHashMap<>();
  private int count;

  /** Notes one; returns how many there are. */
  int add(int step, String branch) {
    steps.computeIfAbsent(branch, _ -> new ArrayList<>()).add(step);
    return ++count;
  }

  /** Steps from 1, by the name of the branch; a branch without any is left out. */
  Map<String, List<Integer>> steps() {
    return steps;
  }
}
