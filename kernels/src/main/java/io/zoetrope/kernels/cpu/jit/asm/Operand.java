package io.zoetrope.kernels.cpu.jit.asm;

/** What the last operand of a vector instruction can be: a register or a place in memory. */
public sealed interface Operand {
  /**
   * A vector register.
   *
   * @param number 0 to 31; those from 16 on exist with AVX-512 only
   * @param bits 128, 256 or 512
   */
  record Vector(int number, int bits) implements Operand {
    /** Checks number and size of the register. */
    public Vector {
      if (number < 0 || number > 31 || (bits != 128 && bits != 256 && bits != 512)) {
        throw new IllegalArgumentException(
            "no vector register %d of %d bits".formatted(number, bits));
      }
    }

    /** The same register at another width. */
    public Vector as(int width) {
      return new Vector(number, width);
    }

    /** Returns the size of the register in bytes. */
    public int bytes() {
      return bits / Byte.SIZE;
    }
  }

  /**
   * Memory at {@code base + index * scale + displacement}.
   *
   * @param index null for none; never RSP
   * @param scale 1, 2, 4 or 8
   * @param broadcast the element there is repeated to the width of the instruction (AVX-512)
   */
  record Address(Register base, Register index, int scale, int displacement, boolean broadcast)
      implements Operand {
    /**
     * Checks that the scale is one that the processor knows, and that the index is no stack
     * pointer.
     */
    public Address {
      if (index == Register.RSP || Integer.bitCount(scale) != 1 || scale < 1 || scale > 8) {
        throw new IllegalArgumentException("no address with index %s * %d".formatted(index, scale));
      }
    }

    /** Returns the address in a register. */
    public static Address at(Register base) {
      return at(base, 0);
    }

    /** Returns the address in a register, plus a constant. */
    public static Address at(Register base, int displacement) {
      return new Address(base, null, 1, displacement, false);
    }

    /** Returns the address {@code base + scale * index + displacement}. */
    public static Address at(Register base, Register index, int scale, int displacement) {
      return new Address(base, index, scale, displacement, false);
    }

    /** Returns the address so many bytes behind this one. */
    public Address plus(int bytes) {
      return new Address(base, index, scale, displacement + bytes, broadcast);
    }

    Address repeated() {
      return new Address(base, index, scale, displacement, true);
    }
  }

  /** A constant behind the code, addressed relative to the instruction. */
  record Constant(Assembler.Label label) implements Operand {}
}
