package io.zoetrope.tools.cli;

import io.zoetrope.files.ExpectedException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Failures of outputs, which must not keep others from being written; they are said at the end. */
final class KeptFailures {
  private final List<RuntimeException> failures = new ArrayList<>();

  /** Keeps failures that have happened. */
  void add(List<RuntimeException> others) {
    failures.addAll(others);
  }

  /** Writes an output; a failure that users can mend is kept, a bug is none. */
  void keep(Runnable output) {
    try {
      output.run();
    } catch (ExpectedException | UncheckedIOException e) {
      failures.add(e);
    }
  }

  /** Says what was kept; returns the exit code. */
  int finish(PrintWriter err) {
    failures.forEach(failure -> err.println(Main.oneLine(failure)));
    return failures.isEmpty() ? 0 : 1;
  }
}
