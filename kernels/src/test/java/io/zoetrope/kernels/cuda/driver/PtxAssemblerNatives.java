package io.zoetrope.kernels.cuda.driver;

import jcuda.nvptxcompiler.JNvPTXCompiler;

/** Loads NVIDIA's PTX assembler from a private folder, as the libraries of devices are loaded. */
public final class PtxAssemblerNatives {
  private PtxAssemblerNatives() {}

  /** Loads it unless it is there: processes that run at the same time do not share its file. */
  public static void load() {
    JCudaNatives.load(() -> JNvPTXCompiler.setExceptionsEnabled(false));
  }
}
