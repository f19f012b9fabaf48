package io.zoetrope.kernels.emulator.parser;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Fundamental and packed types of PTX (PTX ISA, "Types"). */
public enum PtxType {
  B8(1),
  U8(1),
  S8(1),
  B16(2),
  U16(2),
  S16(2),
  F16(2),
  BF16(2),
  B32(4),
  U32(4),
  S32(4),
  F32(4),
  F16X2(4),
  BF16X2(4),
  B64(8),
  U64(8),
  S64(8),
  F64(8),
  PRED(0);

  private final int bytes;

  PtxType(int bytes) {
    this.bytes = bytes;
  }

  /** Size in memory; 0 for predicates, which have none. */
  public int bytes() {
    return bytes;
  }

  /** Returns whether it is a signed integer. */
  public boolean signed() {
    return this == S8 || this == S16 || this == S32 || this == S64;
  }

  /** Returns whether it is a floating-point number. */
  public boolean floating() {
    return switch (this) {
      case F16, BF16, F32, F16X2, BF16X2, F64 -> true;
      default -> false;
    };
  }

  private static final Map<String, PtxType> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toMap(type -> type.name().toLowerCase(Locale.ROOT), type -> type));

  /** The type with the given name, without its dot; null where there is none. */
  public static PtxType of(String name) {
    return BY_NAME.get(name);
  }
}
