package io.zoetrope.kernels.emulator;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.opcodes.Decoder;
import io.zoetrope.kernels.emulator.parser.PtxParser;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;

/** A loaded PTX module. */
public final class PtxModule {
  private final String version;
  private final String target;
  private final Map<String, PtxKernel> kernels = new LinkedHashMap<>();

  private PtxModule(PtxParser parser) {
    this.version = parser.version();
    this.target = parser.target();
    parser
        .kernels()
        .forEach((name, source) -> kernels.put(name, Decoder.decode(source, parser.memory())));
  }

  /**
   * Reads and decodes a module.
   *
   * @param ptx the text, as {@code nvcc -ptx} writes it
   * @throws PtxLoadException when it is malformed, or has an instruction that is unknown here
   */
  public static PtxModule parse(String ptx) {
    PtxParser parser = new PtxParser(ptx);
    parser.parse();
    return new PtxModule(parser);
  }

  /**
   * The kernel of the given name.
   *
   * @throws NoSuchElementException when there is none
   */
  public PtxKernel kernel(String name) {
    PtxKernel kernel = kernels.get(name);
    if (kernel == null) {
      throw new NoSuchElementException("no kernel " + name + " among " + kernels.keySet());
    }
    return kernel;
  }

  /** Names of the kernels, in the order of the text. */
  public Set<String> kernelNames() {
    return Collections.unmodifiableSet(kernels.keySet());
  }

  /** PTX ISA version that the text names, such as 7.0. */
  public String version() {
    return version;
  }

  /** Architecture that the text names, such as sm_80. */
  public String target() {
    return target;
  }
}
