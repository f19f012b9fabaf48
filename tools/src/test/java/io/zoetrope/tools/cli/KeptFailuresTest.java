package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeptFailuresTest {
  private final KeptFailures failures = new KeptFailures();
  private final StringWriter err = new StringWriter();

  private static void fail(RuntimeException e) {
    throw e;
  }

  @Test
  void whatUsersCanMendIsSaidAtTheEnd() {
    failures.add(List.of(new PipelineException("latents: the disk is full")));
    failures.keep(() -> fail(new PipelineException("trace: the disk is full")));
    failures.keep(() -> fail(new UncheckedIOException("report: no", new IOException())));
    AtomicBoolean written = new AtomicBoolean();
    failures.keep(() -> written.set(true));
    assertTrue(written.get());
    assertEquals("", err.toString());
    assertEquals(1, failures.finish(new PrintWriter(err, true)));
    assertEquals(
        """
        zoetrope: latents: the disk is full
        zoetrope: trace: the disk is full
        zoetrope: report: no
        """,
        err.toString());
  }

  @Test
  void withoutAFailureAllIsWell() {
    failures.keep(() -> {});
    assertEquals(0, failures.finish(new PrintWriter(err, true)));
    assertEquals("", err.toString());
  }

  static Stream<RuntimeException> bugs() {
    return Stream.of(
        new IllegalStateException("bug"),
        new NullPointerException(),
        new IndexOutOfBoundsException(7),
        new CancellationException());
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void bugsAndInterruptsAreNotKept(RuntimeException e) {
    assertThrows(e.getClass(), () -> failures.keep(() -> fail(e)));
  }
}
