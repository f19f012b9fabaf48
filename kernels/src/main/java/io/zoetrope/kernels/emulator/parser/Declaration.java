package io.zoetrope.kernels.emulator.parser;

/**
 * A variable declaration behind its state space: {@code .align 16 .b8 name[128]}.
 *
 * @param bytes size; 0 for an array of unknown size
 */
record Declaration(String name, PtxType type, int alignment, int bytes) {
  /** Most bytes of one variable; larger ones are a mistake. */
  private static final long MOST_BYTES = 1L << 24;

  /** Reads a declaration up to its name and dimensions. */
  static Declaration parse(TokenStream tokens) {
    int alignment = 0;
    PtxType type = null;
    int elements = 1;
    while (tokens.peek().startsWith(".")) {
      String directive = tokens.word();
      switch (directive) {
        case ".align" -> alignment = alignment(tokens);
        case ".v2" -> elements = 2;
        case ".v4" -> elements = 4;
        case ".ptr" -> pointer(tokens);
        default -> {
          type = PtxType.of(directive.substring(1));
          if (type == null || type == PtxType.PRED) {
            throw tokens.error("'" + directive + "' is not the type of a variable");
          }
        }
      }
    }
    if (type == null) {
      throw tokens.error("a variable without a type");
    }
    String name = tokens.word();
    long bytes = (long) elements * type.bytes();
    while (tokens.accept("[")) {
      bytes *= tokens.sees("]") ? 0 : tokens.size();
      tokens.expect("]");
      if (bytes > MOST_BYTES) {
        throw tokens.error("variable " + name + " has more than " + MOST_BYTES + " bytes");
      }
    }
    return new Declaration(name, type, Math.max(alignment, elements * type.bytes()), (int) bytes);
  }

  /** What a pointer parameter points to: {@code .ptr .global .align 16}; of no use here. */
  private static void pointer(TokenStream tokens) {
    for (String space : new String[] {".global", ".shared", ".const", ".local"}) {
      tokens.accept(space);
    }
    if (tokens.accept(".align")) {
      alignment(tokens);
    }
  }

  private static int alignment(TokenStream tokens) {
    int alignment = tokens.size();
    if (Integer.bitCount(alignment) != 1 || alignment > 4096) {
      throw tokens.error("alignment " + alignment + " is not a power of two up to 4096");
    }
    return alignment;
  }

  /** The offset, moved up to the alignment of this variable. */
  int align(int offset) {
    return (offset + alignment - 1) & -alignment;
  }
}
