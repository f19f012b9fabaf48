package io.zoetrope.kernels.emulator.fault;

/** PTX text that can't be run: malformed, or with an opcode that the emulator does not know. */
public final class PtxLoadException extends EmulatorException {
  private static final long serialVersionUID = 1;

  private final int line;

  /** Makes the refusal of what stands in a line of the PTX text. */
  public PtxLoadException(int line, String message) {
    super("PTX line " + line + ": " + message);
    this.line = line;
  }

  /** Line of the PTX text, from 1. */
  public int line() {
    return line;
  }
}
