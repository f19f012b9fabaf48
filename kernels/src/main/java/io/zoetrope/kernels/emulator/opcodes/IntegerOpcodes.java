package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.report.InstructionClass;

/**
 * Integer arithmetic, logic and shifts (PTX ISA, "Integer Arithmetic Instructions", "Logic and
 * Shift Instructions"). 16-bit registers are words with zeros above the value.
 */
final class IntegerOpcodes {
  private IntegerOpcodes() {}

  static void addTo(OpcodeTable table) {
    table.as(InstructionClass.INTEGER, 0);
    arithmetic(table);
    arithmeticLong(table);
    arithmeticShort(table);
    products(table);
    logic(table);
    bits(table);
  }

  private static void arithmetic(OpcodeTable t) {
    t.binary("add.s32 add.u32", (a, b) -> a + b);
    t.binary("sub.s32 sub.u32", (a, b) -> a - b);
    t.binary("mul.lo.s32 mul.lo.u32", (a, b) -> a * b);
    t.binary("mul.hi.s32", (a, b) -> (int) ((long) a * b >> 32));
    t.binary("mul.hi.u32", (a, b) -> (int) ((a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL) >>> 32));
    t.ternary("mad.lo.s32 mad.lo.u32", (a, b, c) -> a * b + c);
    t.ternary("mad.hi.s32", (a, b, c) -> (int) ((long) a * b >> 32) + c);
    t.ternary("mad.hi.u32", (a, b, c) -> (int) ((a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL) >>> 32) + c);
    t.binary("div.s32", (a, b) -> b == 0 ? -1 : a / b);
    t.binary("div.u32", (a, b) -> b == 0 ? -1 : Integer.divideUnsigned(a, b));
    t.binary("rem.s32", (a, b) -> b == 0 ? a : a % b);
    t.binary("rem.u32", (a, b) -> b == 0 ? a : Integer.remainderUnsigned(a, b));
    t.binary("min.s32", Math::min);
    t.binary("max.s32", Math::max);
    t.binary("min.u32", (a, b) -> Integer.compareUnsigned(a, b) <= 0 ? a : b);
    t.binary("max.u32", (a, b) -> Integer.compareUnsigned(a, b) >= 0 ? a : b);
    t.unary("abs.s32", Math::abs);
    t.unary("neg.s32", a -> -a);
  }

  private static void arithmeticLong(OpcodeTable t) {
    t.binaryLong("add.s64 add.u64", (a, b) -> a + b);
    t.binaryLong("sub.s64 sub.u64", (a, b) -> a - b);
    t.binaryLong("mul.lo.s64 mul.lo.u64", (a, b) -> a * b);
    t.binaryLong("mul.hi.s64", Math::multiplyHigh);
    t.binaryLong("mul.hi.u64", Math::unsignedMultiplyHigh);
    t.ternaryLong("mad.lo.s64 mad.lo.u64", (a, b, c) -> a * b + c);
    t.binaryLong("div.s64", (a, b) -> b == 0 ? -1 : a / b);
    t.binaryLong("div.u64", (a, b) -> b == 0 ? -1 : Long.divideUnsigned(a, b));
    t.binaryLong("rem.s64", (a, b) -> b == 0 ? a : a % b);
    t.binaryLong("rem.u64", (a, b) -> b == 0 ? a : Long.remainderUnsigned(a, b));
    t.binaryLong("min.s64", Math::min);
    t.binaryLong("max.s64", Math::max);
    t.binaryLong("min.u64", (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b);
    t.binaryLong("max.u64", (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b);
    t.unaryLong("abs.s64", Math::abs);
    t.unaryLong("neg.s64", a -> -a);
  }

  private static void arithmeticShort(OpcodeTable t) {
    t.binary("add.s16 add.u16", (a, b) -> a + b & 0xFFFF);
    t.binary("sub.s16 sub.u16", (a, b) -> a - b & 0xFFFF);
    t.binary("mul.lo.s16 mul.lo.u16", (a, b) -> a * b & 0xFFFF);
    t.ternary("mad.lo.s16 mad.lo.u16", (a, b, c) -> a * b + c & 0xFFFF);
    t.binary("div.s16", (a, b) -> b == 0 ? 0xFFFF : (short) a / (short) b & 0xFFFF);
    t.binary("div.u16", (a, b) -> b == 0 ? 0xFFFF : a / b);
    t.binary("rem.s16", (a, b) -> b == 0 ? a : (short) a % (short) b & 0xFFFF);
    t.binary("rem.u16", (a, b) -> b == 0 ? a : a % b);
    t.binary("min.s16", (a, b) -> (short) a <= (short) b ? a : b);
    t.binary("max.s16", (a, b) -> (short) a >= (short) b ? a : b);
    t.binary("min.u16", Math::min);
    t.binary("max.u16", Math::max);
    t.unary("neg.s16", a -> -a & 0xFFFF);
    t.unary("abs.s16", a -> Math.abs((short) a) & 0xFFFF);
  }

  private static void products(OpcodeTable t) {
    t.widening("mul.wide.s32", (a, b) -> (long) a * b);
    t.widening("mul.wide.u32", (a, b) -> (a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL));
    t.widening("mad.wide.s32", (a, b, c) -> (long) a * b + c);
    t.widening("mad.wide.u32", (a, b, c) -> (a & 0xFFFFFFFFL) * (b & 0xFFFFFFFFL) + c);
    t.binary("mul.wide.s16", (a, b) -> (short) a * (short) b);
    t.binary("mul.wide.u16", (a, b) -> a * b);
    t.ternary("mad.wide.s16", (a, b, c) -> (short) a * (short) b + c);
    t.ternary("mad.wide.u16", (a, b, c) -> a * b + c);
  }

  private static void logic(OpcodeTable t) {
    t.binary("and.b32 and.b16", (a, b) -> a & b);
    t.binary("or.b32 or.b16", (a, b) -> a | b);
    t.binary("xor.b32 xor.b16", (a, b) -> a ^ b);
    t.unary("not.b32", a -> ~a);
    t.unary("not.b16", a -> ~a & 0xFFFF);
    t.binaryLong("and.b64", (a, b) -> a & b);
    t.binaryLong("or.b64", (a, b) -> a | b);
    t.binaryLong("xor.b64", (a, b) -> a ^ b);
    t.unaryLong("not.b64", a -> ~a);
    t.binary("shl.b32", (a, b) -> (b & ~31) != 0 ? 0 : a << b);
    t.binary("shr.u32 shr.b32", (a, b) -> (b & ~31) != 0 ? 0 : a >>> b);
    t.binary("shr.s32", (a, b) -> a >> ((b & ~31) != 0 ? 31 : b));
    t.binary("shl.b16", (a, b) -> (b & ~15) != 0 ? 0 : a << b & 0xFFFF);
    t.binary("shr.u16 shr.b16", (a, b) -> (b & ~15) != 0 ? 0 : a >>> b);
    t.binary("shr.s16", (a, b) -> (short) a >> ((b & ~15) != 0 ? 15 : b) & 0xFFFF);
    t.shift("shl.b64", (a, b) -> (b & ~63) != 0 ? 0 : a << b);
    t.shift("shr.u64 shr.b64", (a, b) -> (b & ~63) != 0 ? 0 : a >>> b);
    t.shift("shr.s64", (a, b) -> a >> ((b & ~63) != 0 ? 63 : b));
    t.ternary("shf.l.wrap.b32", (a, b, c) -> funnel(a, b, 32 - (c & 31)));
    t.ternary("shf.r.wrap.b32", (a, b, c) -> funnel(a, b, c & 31));
    t.ternary("shf.l.clamp.b32", (a, b, c) -> funnel(a, b, 32 - clampShift(c)));
    t.ternary("shf.r.clamp.b32", (a, b, c) -> funnel(a, b, clampShift(c)));
  }

  private static void bits(OpcodeTable t) {
    t.unary("popc.b32", Integer::bitCount);
    t.unary("clz.b32", Integer::numberOfLeadingZeros);
    t.unary("brev.b32", Integer::reverse);
    t.unary("bfind.u32", a -> 31 - Integer.numberOfLeadingZeros(a));
    t.unary("bfind.shiftamt.u32", a -> a == 0 ? -1 : Integer.numberOfLeadingZeros(a));
    t.narrowing("popc.b64", Long::bitCount);
    t.narrowing("clz.b64", Long::numberOfLeadingZeros);
    t.unaryLong("brev.b64", Long::reverse);
    t.ternary("bfe.u32", (a, b, c) -> extract(a, b & 0xFF, c & 0xFF, false));
    t.ternary("bfe.s32", (a, b, c) -> extract(a, b & 0xFF, c & 0xFF, true));
    t.ternary("prmt.b32", IntegerOpcodes::permuteBytes);
  }

  /** 32 bits of {@code high:low}, from the given bit on. */
  private static int funnel(int low, int high, int bit) {
    long both = (long) high << 32 | low & 0xFFFFFFFFL;
    return (int) (both >>> bit);
  }

  private static int clampShift(int count) {
    return Integer.compareUnsigned(count, 32) > 0 ? 32 : count;
  }

  /** {@code bfe}: a field of {@code length} bits; signed ones repeat their last bit. */
  private static int extract(int a, int position, int length, boolean signed) {
    int last = Math.min(position + length - 1, 31);
    int sign = signed && length > 0 && (a >>> last & 1) != 0 ? -1 : 0;
    int result = 0;
    for (int i = 0; i < 32; i++) {
      boolean inside = i < length && position + i <= 31;
      int bit = inside ? a >>> position + i : sign;
      result |= (bit & 1) << i;
    }
    return result;
  }

  /** {@code bfi}: {@code a}'s low bits put into {@code b}. */
  static long insert(long a, long b, int position, int length, int width) {
    int p = position & 0xFF;
    int n = length & 0xFF;
    if (p >= width || n == 0) {
      return b;
    }
    long field = (n > 63 ? -1L : (1L << n) - 1) << p;
    return b & ~field | a << p & field;
  }

  /** {@code prmt}, default mode: each nibble of the selector picks a byte, or its sign. */
  private static int permuteBytes(int a, int b, int selector) {
    long bytes = (long) b << 32 | a & 0xFFFFFFFFL;
    int result = 0;
    for (int i = 0; i < 4; i++) {
      int nibble = selector >>> 4 * i;
      int value = (int) (bytes >>> 8 * (nibble & 7)) & 0xFF;
      if ((nibble & 8) != 0) {
        value = (value & 0x80) != 0 ? 0xFF : 0;
      }
      result |= value << 8 * i;
    }
    return result;
  }

  /** {@code lop3}: any logic function of three words, given by its truth table. */
  static int logic3(int a, int b, int c, int table) {
    int result = 0;
    for (int i = 0; i < 8; i++) {
      if ((table >>> i & 1) != 0) {
        result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
      }
    }
    return result;
  }
}
