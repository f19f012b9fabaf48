package io.zoetrope.kernels.cuda.standin;

import java.lang.reflect.Method;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips what {@link NeedsStandIn} marks where the stand-in driver cannot be built. */
final class StandInCondition implements ExecutionCondition {
  /** What was skipped in this process; says so when the last test has ended. */
  private record Skipped(String reason, Set<String> tests) implements AutoCloseable {
    @Override
    public void close() {
      System.out.printf("Tests not run, because %s: %s%n", reason, String.join(", ", tests));
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    String reason = StandInLibrary.reasonAgainst();
    if (reason == null) {
      return ConditionEvaluationResult.enabled("the stand-in driver can be built");
    }
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(StandInCondition.class))
        .getOrComputeIfAbsent(
            Skipped.class, _ -> new Skipped(reason, new ConcurrentSkipListSet<>()), Skipped.class)
        .tests()
        .add(nameOf(context));
    return ConditionEvaluationResult.disabled(reason);
  }

  private static String nameOf(ExtensionContext context) {
    String test = context.getRequiredTestClass().getSimpleName();
    return context.getTestMethod().map(Method::getName).map(name -> test + "." + name).orElse(test);
  }
}
