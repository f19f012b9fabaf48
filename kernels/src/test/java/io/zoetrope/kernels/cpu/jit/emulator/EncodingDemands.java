package io.zoetrope.kernels.cpu.jit.emulator;

/** What an instruction's encoding has to have; anything else is a fault. */
final class EncodingDemands {
  private EncodingDemands() {}

  /** EVEX distinguishes sizes of elements by W, VEX mostly ignores it. */
  static Instruction narrow(Instruction in) {
    in.demand(!in.evex() || !in.wide, "W of EVEX");
    return in;
  }

  static Instruction wide(Instruction in) {
    in.demand(!in.evex() || in.wide, "W of EVEX");
    return in;
  }

  static Instruction noSource(Instruction in) {
    in.demand(in.source == 0, "vvvv is not 1111b");
    return in;
  }

  static Instruction noMask(Instruction in) {
    in.demand(in.mask == 0, "a mask is unknown to the emulator here");
    return in;
  }

  static Instruction vex(Instruction in) {
    in.demand(!in.evex(), "EVEX is unknown to the emulator here");
    return in;
  }
}
