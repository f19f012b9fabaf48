package io.zoetrope.tools.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;

/** Standard output that tells when it failed, and standard error where the launcher has put it. */
final class StandardStreams {
  private StandardStreams() {}

  /**
   * Replaces {@link System#err}, which the launcher filters for what the virtual machine prints on
   * its own, by the user's standard error, which it puts in the place of standard input.
   */
  static void takeErrorFromLauncher() {
    if (Integer.getInteger("zoetrope.error-descriptor", 2) == 0) {
      System.setErr(
          new PrintStream(new FileOutputStream(FileDescriptor.in), true, System.err.charset()));
    }
  }

  /** Standard output; writers swallow what goes wrong, so it's kept here. */
  static final class Output extends OutputStream {
    private final OutputStream stream = new FileOutputStream(FileDescriptor.out);
    private final PrintWriter writer = new PrintWriter(this, true, System.out.charset());
    private IOException failure;

    PrintWriter writer() {
      return writer;
    }

    @Override
    public void write(int value) throws IOException {
      write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        stream.write(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    /**
     * Says whether all output reached its place. A reader that has seen enough, such as {@code
     * head}, is no failure.
     */
    void requireWritten() throws IOException {
      writer.flush();
      if (failure != null
          && !String.valueOf(failure.getMessage())
              .toLowerCase(Locale.ROOT)
              .contains("broken pipe")) {
        throw failure;
      }
    }
  }
}
