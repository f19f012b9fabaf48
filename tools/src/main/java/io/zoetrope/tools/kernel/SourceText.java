package io.zoetrope.tools.kernel;

import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.fault.SourceLine;
import java.util.List;

/** Lines of the CUDA sources. */
final class SourceText {
  private SourceText() {}

  /** The text of a line without its indentation; empty where the sources are not at hand. */
  static String of(SourceLine line) {
    List<String> text = PtxLibrary.source(line.file());
    return line.line() <= text.size() ? text.get(line.line() - 1).strip() : "";
  }
}
