package io.zoetrope.kernels.emulator.machine;

/**
 * A memory operand: a register plus an offset.
 *
 * @param register of the base; -1 for an address that is constant
 * @param wide whether the register has 64 bits
 */
public record AddressOperand(int register, boolean wide, long offset) {
  /** Puts the addresses of the active lanes into an array. */
  public void gather(Warp warp, int mask, long[] addresses) {
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      addresses[lane] = offset + base(warp, lane);
    }
  }

  private long base(Warp warp, int lane) {
    if (register < 0) {
      return 0;
    }
    return wide ? warp.wide(register)[lane] : warp.word(register)[lane] & 0xFFFFFFFFL;
  }
}
