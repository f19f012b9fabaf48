package io.zoetrope.kernels.emulator.opcodes;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;

/** Expected values come from big integers and single bits, not from the emulator's formulas. */
class IntegerOpcodesTest {
  private static BigInteger signed(int a) {
    return BigInteger.valueOf(a);
  }

  private static BigInteger unsigned(int a) {
    return BigInteger.valueOf(Integer.toUnsignedLong(a));
  }

  private static BigInteger unsigned(long a) {
    return new BigInteger(Long.toUnsignedString(a));
  }

  @Test
  void sumsAndProducts() {
    Lanes.words("add.s32 %r0, %r1, %r2;", (a, b) -> signed(a).add(signed(b)).intValue());
    Lanes.words("sub.u32 %r0, %r1, %r2;", (a, b) -> signed(a).subtract(signed(b)).intValue());
    Lanes.words("mul.lo.s32 %r0, %r1, %r2;", (a, b) -> signed(a).multiply(signed(b)).intValue());
    Lanes.words(
        "mul.hi.s32 %r0, %r1, %r2;",
        (a, b) -> signed(a).multiply(signed(b)).shiftRight(32).intValue());
    Lanes.words(
        "mul.hi.u32 %r0, %r1, %r2;",
        (a, b) -> unsigned(a).multiply(unsigned(b)).shiftRight(32).intValue());
    Lanes.words(
        "mad.lo.s32 %r0, %r1, %r2, %r3;",
        (a, b, c) -> signed(a).multiply(signed(b)).add(signed(c)).intValue());
    Lanes.words(
        "mad.hi.u32 %r0, %r1, %r2, %r3;",
        (a, b, c) -> unsigned(a).multiply(unsigned(b)).shiftRight(32).add(unsigned(c)).intValue());
    Lanes.words("neg.s32 %r0, %r1;", (a, _) -> signed(a).negate().intValue());
    Lanes.words("abs.s32 %r0, %r1;", (a, _) -> signed(a).abs().intValue());
  }

  @Test
  void quotients() {
    Lanes.words(
        "div.s32 %r0, %r1, %r2;", (a, b) -> b == 0 ? -1 : signed(a).divide(signed(b)).intValue());
    Lanes.words(
        "div.u32 %r0, %r1, %r2;",
        (a, b) -> b == 0 ? -1 : unsigned(a).divide(unsigned(b)).intValue());
    Lanes.words(
        "rem.s32 %r0, %r1, %r2;", (a, b) -> b == 0 ? a : signed(a).remainder(signed(b)).intValue());
    Lanes.words(
        "rem.u32 %r0, %r1, %r2;",
        (a, b) -> b == 0 ? a : unsigned(a).remainder(unsigned(b)).intValue());
  }

  @Test
  void extremes() {
    Lanes.words("min.s32 %r0, %r1, %r2;", (a, b) -> signed(a).min(signed(b)).intValue());
    Lanes.words("max.s32 %r0, %r1, %r2;", (a, b) -> signed(a).max(signed(b)).intValue());
    Lanes.words("min.u32 %r0, %r1, %r2;", (a, b) -> unsigned(a).min(unsigned(b)).intValue());
    Lanes.words("max.u32 %r0, %r1, %r2;", (a, b) -> unsigned(a).max(unsigned(b)).intValue());
  }

  @Test
  void longArithmetic() {
    BigInteger half = BigInteger.ONE.shiftLeft(64);
    Lanes.longs("add.s64 %d0, %d1, %d2;", (a, b) -> unsigned(a).add(unsigned(b)).longValue());
    Lanes.longs("sub.s64 %d0, %d1, %d2;", (a, b) -> unsigned(a).subtract(unsigned(b)).longValue());
    Lanes.longs(
        "mul.lo.s64 %d0, %d1, %d2;", (a, b) -> unsigned(a).multiply(unsigned(b)).longValue());
    Lanes.longs(
        "mul.hi.u64 %d0, %d1, %d2;",
        (a, b) -> unsigned(a).multiply(unsigned(b)).divide(half).longValue());
    Lanes.longs(
        "div.s64 %d0, %d1, %d2;",
        (a, b) -> b == 0 ? -1 : BigInteger.valueOf(a).divide(BigInteger.valueOf(b)).longValue());
    Lanes.longs(
        "rem.u64 %d0, %d1, %d2;", (a, b) -> b == 0 ? a : unsigned(a).mod(unsigned(b)).longValue());
    Lanes.longs("max.u64 %d0, %d1, %d2;", (a, b) -> unsigned(a).max(unsigned(b)).longValue());
    Lanes.longs("xor.b64 %d0, %d1, %d2;", (a, b) -> unsigned(a).xor(unsigned(b)).longValue());
    Lanes.longs("not.b64 %d0, %d1;", (a, _) -> -1 - a);
  }

  @Test
  void wideProducts() {
    Lanes.check(
        "mul.wide.s32 %d0, %r1, %r2;",
        "ld.global.v2.u32 {%r1, %r2}, [%in];",
        "st.global.u64 [%out], %d0;",
        Lanes.pairs(),
        p -> signed((int) p).multiply(signed((int) (p >> 32))).longValue());
    Lanes.check(
        "mad.wide.u32 %d0, %r1, %r2, %d1;",
        "ld.global.v2.u32 {%r1, %r2}, [%in];\nld.global.u64 %d1, [%in];",
        "st.global.u64 [%out], %d0;",
        Lanes.pairs(),
        p ->
            unsigned((int) p)
                .multiply(unsigned((int) (p >> 32)))
                .add(BigInteger.valueOf(p))
                .longValue());
  }

  @Test
  void shiftsClampTheirCounts() {
    Lanes.words(
        "shl.b32 %r0, %r1, %r2;",
        (a, b) -> unsigned(b).intValue() >>> 5 != 0 ? 0 : unsigned(a).shiftLeft(b).intValue());
    Lanes.words(
        "shr.u32 %r0, %r1, %r2;",
        (a, b) -> b >>> 5 != 0 ? 0 : unsigned(a).shiftRight(b).intValue());
    Lanes.words(
        "shr.s32 %r0, %r1, %r2;", (a, b) -> signed(a).shiftRight(b >>> 5 != 0 ? 40 : b).intValue());
    Lanes.words(
        "shf.l.wrap.b32 %r0, %r1, %r2, %r3;",
        (a, b, c) ->
            unsigned(b).shiftLeft(32).or(unsigned(a)).shiftLeft(c & 31).shiftRight(32).intValue());
    Lanes.words(
        "shf.r.clamp.b32 %r0, %r1, %r2, %r3;",
        (a, b, c) ->
            unsigned(b)
                .shiftLeft(32)
                .or(unsigned(a))
                .shiftRight(unsigned(c).min(BigInteger.valueOf(32)).intValue())
                .intValue());
    Lanes.check(
        "shr.s64 %d0, %d1, %r2;",
        "ld.global.u64 %d1, [%in];\nld.global.u32 %r2, [%in+4];",
        "st.global.u64 [%out], %d0;",
        Lanes.pairs(),
        p -> BigInteger.valueOf(p).shiftRight(p >>> 38 != 0 ? 80 : (int) (p >>> 32)).longValue());
  }

  @Test
  void bitFields() {
    Lanes.words("popc.b32 %r0, %r1;", (a, _) -> unsigned(a).bitCount());
    Lanes.words("clz.b32 %r0, %r1;", (a, _) -> 32 - unsigned(a).bitLength());
    Lanes.words("bfind.u32 %r0, %r1;", (a, _) -> unsigned(a).bitLength() - 1);
    Lanes.words(
        "brev.b32 %r0, %r1;",
        (a, _) -> {
          String bits = "%32s".formatted(Integer.toBinaryString(a)).replace(' ', '0');
          return Integer.parseUnsignedInt(new StringBuilder(bits).reverse().toString(), 2);
        });
    Lanes.words("bfe.u32 %r0, %r1, 5, 9;", (a, _) -> unsigned(a).shiftRight(5).intValue() % 512);
    Lanes.words("bfe.s32 %r0, %r1, 4, 4;", (a, _) -> ((a >> 4 & 15) ^ 8) - 8);
    Lanes.words("bfe.s32 %r0, %r1, 28, 8;", (a, _) -> (a >>> 28 ^ 8) - 8);
    Lanes.words(
        "bfi.b32 %r0, %r1, %r2, 8, 12;", (a, b) -> b & 0xFFF000FF | (a % 4096 & 0xFFF) * 256);
    Lanes.words("bfi.b32 %r0, %r1, %r2, 40, 3;", (_, b) -> b);
    Lanes.longs("bfi.b64 %d0, %d1, %d2, 32, 32;", (a, b) -> (b & 0xFFFFFFFFL) + (a << 32));
  }

  @Test
  void anyLogicFunctionOfThree() {
    Lanes.words("lop3.b32 %r0, %r1, %r2, %r3, 0x96;", (a, b, c) -> a ^ b ^ c);
    Lanes.words("lop3.b32 %r0, %r1, %r2, %r3, 0xE8;", (a, b, c) -> a & b | a & c | b & c);
    Lanes.words("lop3.b32 %r0, %r1, %r2, %r3, 0x1A;", (a, b, c) -> (a & b | c) ^ a);
    Lanes.words("lop3.b32 %r0, %r1, %r2, %r3, 0xC0;", (a, b, _) -> a & b);
  }

  @Test
  void bytesArePermuted() {
    Lanes.words("prmt.b32 %r0, %r1, %r2, 0x3210;", (a, _) -> a);
    Lanes.words("prmt.b32 %r0, %r1, %r2, 0x7654;", (_, b) -> b);
    Lanes.words("prmt.b32 %r0, %r1, %r2, 0x0123;", (a, _) -> Integer.reverseBytes(a));
    Lanes.words("prmt.b32 %r0, %r1, %r2, 0x5410;", (a, b) -> a & 0xFFFF | b << 16);
    Lanes.words("prmt.b32 %r0, %r1, %r2, 0xBBBB;", (a, _) -> a < 0 ? -1 : 0);
  }

  @Test
  void shortsKeepTheirWidth() {
    Lanes.shorts("add.s16 %h0, %h1, %h2;", (a, b) -> (short) (a + b));
    Lanes.shorts("mul.lo.u16 %h0, %h1, %h2;", (a, b) -> (short) (a * b));
    Lanes.shorts("div.s16 %h0, %h1, %h2;", (a, b) -> b == 0 ? -1 : (short) a / (short) b);
    Lanes.shorts("shr.s16 %h0, %h1, 3;", (a, _) -> (short) a >> 3);
    Lanes.shorts("shl.b16 %h0, %h1, 3;", (a, _) -> a << 3);
    Lanes.shorts("min.s16 %h0, %h1, %h2;", (a, b) -> Math.min((short) a, (short) b));
    Lanes.shorts("not.b16 %h0, %h1;", (a, _) -> -1 - a);
    Lanes.words(
        "mul.wide.u16 %r0, %h1, %h2;", "cvt.u16.u32", (a, b) -> (a & 0xFFFF) * (b & 0xFFFF));
    Lanes.words("mul.wide.s16 %r0, %h1, %h2;", "cvt.u16.u32", (a, b) -> (short) a * (short) b);
  }
}
