package io.zoetrope.kernels.emulator.parser;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.memory.ModuleMemory;
import io.zoetrope.kernels.emulator.parser.PtxScanner.Token;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a PTX module (PTX ISA, "Directives"): its kernels, their parameters, and module-scope
 * variables. Functions ({@code .func}) are refused: the kernels of this engine are fully inlined.
 */
public final class PtxParser {
  private final TokenStream tokens;
  private final ModuleMemory memory = new ModuleMemory();
  private final Map<String, ParsedKernel> kernels = new LinkedHashMap<>();
  private final Map<String, Long> symbols = new HashMap<>();

  /** Module-scope shared variables; those of unknown size follow all others at launch. */
  private final List<KernelParser.SharedVariable> sharedVariables = new ArrayList<>();

  private final Map<Long, String> files = new HashMap<>();

  private String version = "";
  private String target = "";

  /** Makes a parser of a module's text. */
  public PtxParser(String text) {
    this.tokens = new TokenStream(text);
  }

  /** Reads the whole text. */
  public void parse() {
    while (!tokens.atEnd()) {
      Token token = tokens.take();
      switch (token.text()) {
        case ".version" -> version = tokens.word();
        case ".target" -> {
          target = tokens.word();
          while (tokens.accept(",")) {
            tokens.word();
          }
        }
        case ".address_size" -> addressSize();
        case ".visible", ".weak", ".extern", ".common" -> {}
        case ".entry" -> kernel();
        case ".global", ".const" -> moduleVariable();
        case ".shared" -> sharedVariables.add(KernelParser.sharedVariable(tokens));
        case ".file" -> fileDirective();
        default ->
            throw new PtxLoadException(
                token.line(), "unsupported directive '" + token.text() + "'");
      }
    }
  }

  private void addressSize() {
    long bits = tokens.integer();
    if (bits != 64) {
      throw tokens.error("addresses of " + bits + " bits are not supported");
    }
  }

  private void fileDirective() {
    long number = tokens.integer();
    String name = tokens.take().text();
    if (!name.startsWith("\"")) {
      throw tokens.error("a file without a name in quotes");
    }
    files.put(number, name.substring(1, name.length() - 1));
    while (tokens.accept(",")) {
      tokens.integer();
    }
  }

  private void kernel() {
    int line = tokens.line();
    ParsedKernel kernel = new KernelParser(tokens, symbols, sharedVariables, files).parse();
    if (kernels.put(kernel.name(), kernel) != null) {
      throw new PtxLoadException(line, "kernel " + kernel.name() + " is defined twice");
    }
  }

  /** A variable in global or constant memory, with its initial value. */
  private void moduleVariable() {
    Declaration declaration = Declaration.parse(tokens);
    int width = declaration.type().bytes();
    ByteBuffer data = ByteBuffer.allocate(declaration.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    if (tokens.accept("=")) {
      boolean braces = tokens.accept("{");
      do {
        if (data.remaining() < width) {
          throw tokens.error(
              "more values than the " + declaration.bytes() + " bytes of " + declaration.name());
        }
        put(data, width);
      } while (tokens.accept(","));
      if (braces) {
        tokens.expect("}");
      }
    }
    tokens.expect(";");
    symbols.put(declaration.name(), memory.add(data.array()));
  }

  private void put(ByteBuffer data, int width) {
    String word = tokens.peek();
    if (word.startsWith("0f")
        || word.startsWith("0F")
        || word.startsWith("0d")
        || word.startsWith("0D")) {
      word = "0x" + tokens.word().substring(2);
      putBits(data, width, tokens.parseInteger(word));
    } else {
      putBits(data, width, tokens.integer());
    }
  }

  private static void putBits(ByteBuffer data, int width, long value) {
    switch (width) {
      case 1 -> data.put((byte) value);
      case 2 -> data.putShort((short) value);
      case 4 -> data.putInt((int) value);
      default -> data.putLong(value);
    }
  }

  /** Returns the kernels by name, in the order of the text. */
  public Map<String, ParsedKernel> kernels() {
    return kernels;
  }

  /** Returns the variables of the module. */
  public ModuleMemory memory() {
    return memory;
  }

  /** Returns the PTX ISA version that the text names. */
  public String version() {
    return version;
  }

  /** Returns the architecture that the text names. */
  public String target() {
    return target;
  }
}
