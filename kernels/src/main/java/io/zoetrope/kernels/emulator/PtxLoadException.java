package io.zoetrope.kernels.emulator;

/** PTX text that can't be run: malformed, or with an opcode that the emulator does not know. */
public final class PtxLoadException extends EmulatorException {
  private static final long serialVersionUID = 1;

  private final int line;

  PtxLoadException(int line, String message) {
    super("PTX line " + line + ": " + message);
    this.line = line;
  }

  /** Line of the PTX text, from 1. */
  public int line() {
    return line;
  }
}
