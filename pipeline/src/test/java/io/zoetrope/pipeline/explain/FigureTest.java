package io.zoetrope.pipeline.explain;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.dit.scheduler.Scheduler;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What figures say of themselves is so. */
class FigureTest {
  /** Whoever reads a page finds the code behind each figure. */
  @ParameterizedTest
  @EnumSource(Figure.class)
  void methodsThatAreNamedAreThere(Figure figure) throws ClassNotFoundException {
    String[] by = figure.caption("attn1").by().split("#");
    Package ours = (by[0].equals("Scheduler") ? Scheduler.class : Figure.class).getPackage();
    Class<?> type = Class.forName(ours.getName() + "." + by[0]);
    assertTrue(
        Arrays.stream(type.getDeclaredMethods()).anyMatch(method -> method.getName().equals(by[1])),
        figure.caption("attn1").by());
  }
}
