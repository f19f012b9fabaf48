package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkProgressTest {
  private final List<String> heard = new ArrayList<>();
  private final List<Tracer.Operation> seen = new ArrayList<>();

  private final Progress progress =
      new Progress() {
        @Override
        public void step(Stage stage, int done) {
          heard.add("step " + done);
        }

        @Override
        public void within(Stage stage, int done, double share) {
          heard.add("%d + %.2f".formatted(done, share));
        }
      };

  /** An operation of so much work that ends a second after the one before. */
  private Tracer.Operation operation(long flops, int second) {
    Tracer.Operand nothing = new Tracer.Operand(DType.F32, Shape.of(1));
    long end = System.nanoTime() + second * 1_000_000_000L;
    return new Tracer.Operation("", "linear", nothing, List.of(), flops, end, 0);
  }

  @Test
  void aStepIsSharedOutByItsWork() {
    Tracer behind =
        new Tracer() {
          @Override
          public boolean wantsOperations() {
            return true;
          }

          @Override
          public boolean timesOperations() {
            return true;
          }

          @Override
          public boolean timesScope(String path) {
            return path.equals("timed");
          }

          @Override
          public void operation(Operation operation) {
            seen.add(operation);
          }
        };
    WorkProgress work = new WorkProgress(behind, progress, Stage.DENOISE, 400, 2);
    assertTrue(work.timesOperations() && work.timesScope("timed") && !work.timesScope("other"));
    work.operation(operation(50, 1));
    work.operation(operation(100, 2));
    // The same second again: too early to say anything.
    work.operation(operation(10, 2));
    // More than a step has: what is done once for all of them.
    work.operation(operation(100, 3));
    work.step(1);
    work.operation(operation(100, 4));
    work.step(2);
    assertEquals(List.of("0 + 0.25", "0 + 0.75", "step 1", "1 + 0.50", "step 2"), heard);
    assertEquals(5, seen.size());
  }
}
