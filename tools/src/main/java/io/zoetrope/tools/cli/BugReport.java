package io.zoetrope.tools.cli;

import io.zoetrope.files.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What is said of a failure that no user can have meant: that it is a bug, and where to report it.
 */
final class BugReport {
  private BugReport() {}

  /** Prints what happened and where, with what a report needs. */
  static void print(PrintWriter err, Throwable e) {
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    err.println(
        Printable.line(
            "zoetrope: this is a bug in Zoetrope: " + e.getClass().getSimpleName() + message));
    err.println(
        "Please report it in the issue tracker of the project, with the command and these lines:");
    err.printf(
        "%s, Java %s, %s %s%n",
        new Version().getVersion()[0],
        System.getProperty("java.version"),
        System.getProperty("os.name"),
        System.getProperty("os.arch"));
    StringWriter trace = new StringWriter();
    e.printStackTrace(new PrintWriter(trace));
    trace
        .toString()
        .lines()
        .map(line -> line.replace("\t", "  "))
        .forEach(line -> err.println(Printable.escape(line)));
  }
}
