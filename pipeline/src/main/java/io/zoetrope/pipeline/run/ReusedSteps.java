package io.zoetrope.pipeline.run;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
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

  /** Those that {@link #state} tells of. */
  static ReusedSteps restored(Map<String, Tensor> state) {
    ReusedSteps reused = new ReusedSteps();
    state.forEach((branch, steps) -> {
      for (long i = 0; i < steps.count(); i++) {
        reused.add(steps.segment().getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i), branch);
      }
    });
    return reused;
  }

  /** The steps as I32 tensors of rank 1, in host memory, by the name of the branch. */
  Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    steps.forEach((branch, taken) -> {
      Tensor tensor = Tensor.zeros(DType.I32, taken.size());
      for (int i = 0; i < taken.size(); i++) {
        tensor.segment().setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, taken.get(i));
      }
      state.put(branch, tensor);
    });
    return state;
  }

  /** Steps from 1, by the name of the branch; a branch without any is left out. */
  Map<String, List<Integer>> steps() {
    return steps;
  }
}
