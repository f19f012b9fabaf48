package io.zoetrope.kernels.emulator.machine;

/** State spaces that an instruction can name (PTX ISA, "State Spaces"). */
public enum StateSpace {
  GENERIC,
  GLOBAL,
  SHARED,
  LOCAL,
  PARAMETER;

  /** The space of an opcode's part, such as {@code shared::cta}; null where it is none. */
  public static StateSpace of(String part) {
    return switch (part) {
      case "global", "const" -> GLOBAL;
      case "shared", "shared::cta" -> SHARED;
      case "local" -> LOCAL;
      case "param" -> PARAMETER;
      default -> null;
    };
  }

  /** The space as the warp sees it. */
  public Space in(Warp warp) {
    return switch (this) {
      case GENERIC -> warp.generic();
      case GLOBAL -> warp.block().global();
      case SHARED -> warp.block().shared();
      case LOCAL -> warp.local();
      case PARAMETER -> warp.block().parameters();
    };
  }
}
