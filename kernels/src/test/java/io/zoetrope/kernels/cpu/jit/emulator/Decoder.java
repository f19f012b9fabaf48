package io.zoetrope.kernels.cpu.jit.emulator;

import io.zoetrope.kernels.cpu.jit.emulator.Instruction.Encoding;

/**
 * Takes one instruction apart: prefixes (legacy and REX, VEX, EVEX), opcode, ModRM, SIB,
 * displacement and immediate (Intel SDM, volume 2, chapter 2).
 */
final class Decoder {
  private final byte[] code;

  /** Where the code lies in memory, for addresses relative to RIP. */
  private final long origin;

  private Instruction in;
  private int at;
  private int regHigh;
  private int indexHigh;
  private int baseHigh;
  private boolean relative;

  Decoder(byte[] code, long origin) {
    this.code = code;
    this.origin = origin;
  }

  Instruction decode(int start) {
    in = new Instruction();
    in.start = start;
    in.bytes = Instruction.hex(code, start, start + 15);
    at = start;
    relative = false;
    regHigh = 0;
    indexHigh = 0;
    baseHigh = 0;
    switch (peek()) {
      case 0xc4, 0xc5 -> vex();
      case 0x62 -> evex();
      default -> legacy();
    }
    in.end = at;
    in.bytes = Instruction.hex(code, start, at);
    if (relative) {
      in.displacement += origin + at;
      in.shortDisplacement = false;
    }
    return in;
  }

  private int peek() {
    if (at >= code.length) {
      throw in.fault("the code ends within it");
    }
    return code[at] & 0xff;
  }

  private int next() {
    int value = peek();
    at++;
    return value;
  }

  private int next32() {
    return next() | next() << 8 | next() << 16 | next() << 24;
  }

  // ---------------------------------------------------------------- general-purpose instructions

  private void legacy() {
    if (peek() == 0x66) {
      in.halfword = true;
      at++;
    }
    if ((peek() & 0xf0) == 0x40) {
      int rex = next();
      in.wide = (rex & 8) != 0;
      regHigh = (rex & 4) << 1;
      indexHigh = (rex & 2) << 2;
      baseHigh = (rex & 1) << 3;
    }
    int opcode = next();
    if (opcode == 0x0f) {
      in.opcode = Instruction.MAP_1 | next();
      if ((in.opcode & 0xf0) == 0x80) {
        in.immediate = next32();
      } else {
        modRm();
      }
      return;
    }
    in.opcode = opcode;
    switch (opcode) {
      case 0xe9 -> in.immediate = next32();
      case 0xeb -> in.immediate = (byte) next();
      case 0xc3 -> {}
      default -> {
        if ((opcode & 0xf0) == 0x70) {
          in.immediate = (byte) next();
        } else if ((opcode & 0xf0) == 0x50) {
          in.rm = opcode & 7 | baseHigh;
        } else if ((opcode & 0xf8) == 0xb8) {
          in.rm = opcode & 7 | baseHigh;
          long low = next32() & 0xffff_ffffL;
          in.immediate = in.wide ? low | (long) next32() << 32 : low;
        } else {
          modRm();
          if (opcode == 0x83 || opcode == 0xc1) {
            in.immediate = (byte) next();
          } else if (opcode == 0x81 || opcode == 0xc7) {
            in.demand(!in.halfword, "unknown to the emulator");
            in.immediate = next32();
          }
        }
      }
    }
  }

  // ---------------------------------------------------------------- vector instructions

  private void vex() {
    in.encoding = Encoding.VEX;
    boolean longForm = next() == 0xc4;
    int first = next();
    int map = 1;
    regHigh = (~first & 0x80) >> 4;
    int last = first;
    if (longForm) {
      indexHigh = (~first & 0x40) >> 3;
      baseHigh = (~first & 0x20) >> 2;
      map = first & 0x1f;
      last = next();
      in.wide = (last & 0x80) != 0;
    }
    in.source = ~last >> 3 & 15;
    in.bits = (last & 4) != 0 ? 256 : 128;
    vectorOpcode(map, last & 3);
  }

  private void evex() {
    in.encoding = Encoding.EVEX;
    at++;
    int p0 = next();
    int p1 = next();
    int p2 = next();
    in.demand((p0 & 8) == 0 && (p1 & 4) != 0, "reserved bits of EVEX");
    regHigh = (~p0 & 0x80) >> 4 | ~p0 & 0x10;
    indexHigh = (~p0 & 0x40) >> 3;
    baseHigh = (~p0 & 0x20) >> 2;
    in.wide = (p1 & 0x80) != 0;
    in.source = ~p1 >> 3 & 15 | (~p2 & 8) << 1;
    in.zeroing = (p2 & 0x80) != 0;
    int length = p2 >> 5 & 3;
    in.demand(length != 3, "vector length of EVEX");
    in.bits = 128 << length;
    in.broadcast = (p2 & 0x10) != 0;
    in.mask = p2 & 7;
    in.demand(!in.zeroing || in.mask != 0, "zeroing without a mask");
    vectorOpcode(p0 & 7, p1 & 3);
    if (!in.memory) {
      in.rm |= indexHigh << 1;
      in.demand(!in.broadcast, "embedded rounding is unknown to the emulator");
    }
  }

  private void vectorOpcode(int map, int prefix) {
    in.demand(map >= 1 && map <= 3, "opcode map");
    int opcode = next();
    in.opcode = map << 12 | prefix << 8 | opcode;
    if (map == 1 && opcode == 0x77) {
      return;
    }
    modRm();
    boolean hasImmediate =
        map == 3 || map == 1 && (opcode == 0xc2 || opcode == 0xc6 || opcode >> 2 == 0x70 >> 2);
    if (hasImmediate) {
      in.immediate = next();
    }
  }

  // ---------------------------------------------------------------- operands

  private void modRm() {
    int modRm = next();
    int mode = modRm >> 6;
    in.reg = modRm >> 3 & 7 | regHigh;
    int rm = modRm & 7;
    if (mode == 3) {
      in.rm = rm | baseHigh;
      return;
    }
    in.memory = true;
    boolean noBase = false;
    if (rm == 4) {
      in.hasSib = true;
      int sib = next();
      in.scale = sib >> 6;
      int index = sib >> 3 & 7 | indexHigh;
      in.index = index == 4 ? Instruction.NO_REGISTER : index;
      in.base = sib & 7 | baseHigh;
      noBase = (sib & 7) == 5 && mode == 0;
    } else if (rm == 5 && mode == 0) {
      relative = true;
      noBase = true;
    } else {
      in.base = rm | baseHigh;
    }
    if (noBase) {
      in.base = Instruction.NO_REGISTER;
      in.displacement = next32();
    } else if (mode == 1) {
      in.shortDisplacement = true;
      in.displacement = (byte) next();
    } else if (mode == 2) {
      in.displacement = next32();
    }
  }
}
