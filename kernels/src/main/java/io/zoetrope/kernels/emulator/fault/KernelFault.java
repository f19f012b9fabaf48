package io.zoetrope.kernels.emulator.fault;

/** What a sanitizer found, with the place in the PTX, the thread and the address. */
public final class KernelFault extends EmulatorException {
  private static final long serialVersionUID = 1;

  private final Finding finding;
  private final String kernel;
  private final int line;
  private final Dim3 block;
  private final Dim3 thread;
  private final long address;

  /**
   * Makes a fault of an instruction, which stands in a line of the PTX text.
   *
   * @param source that the instruction was compiled from; null where the PTX does not say so
   */
  public KernelFault(
      Finding finding,
      String kernel,
      int line,
      SourceLine source,
      String text,
      Dim3 block,
      Dim3 thread,
      long address,
      String detail) {
    super(
        "%s in kernel %s, PTX line %d (%s)%s, block %s, thread %s: %s"
            .formatted(
                finding,
                kernel,
                line,
                text,
                source == null ? "" : " of " + source,
                block,
                thread,
                detail));
    this.finding = finding;
    this.kernel = kernel;
    this.line = line;
    this.block = block;
    this.thread = thread;
    this.address = address;
  }

  /** The kind of fault. */
  public Finding finding() {
    return finding;
  }

  /** Name of the kernel. */
  public String kernel() {
    return kernel;
  }

  /** Line of the PTX text, from 1. */
  public int line() {
    return line;
  }

  /** Index of the block in the grid. */
  public Dim3 block() {
    return block;
  }

  /** Index of the (first) thread in its block. */
  public Dim3 thread() {
    return thread;
  }

  /** Address in the state space of the access; 0 where the finding has none. */
  public long address() {
    return address;
  }
}
