package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Snippet;
import org.junit.jupiter.api.Test;

/** {@code cvt}: expected bits are written out or come from Java's own conversions. */
class ConversionTest {
  /** One word through {@code cvt} into a word. */
  private static int word(String conversion, int bits) {
    return (int)
        new Snippet(
                "ld.global.u32 %r1, [%in];",
                conversion + " %r0, %r1;", "st.global.u32 [%out], %r0;")
            .grid(1, 1)
            .run(bits & 0xFFFFFFFFL)[0];
  }

  private static int word(String conversion, float value) {
    return word(conversion, Float.floatToIntBits(value));
  }

  private static long longFromWord(String conversion, int bits) {
    return new Snippet(
            "ld.global.u32 %r1, [%in];", conversion + " %d0, %r1;", "st.global.u64 [%out], %d0;")
        .grid(1, 1)
        .run(bits & 0xFFFFFFFFL)[0];
  }

  private static int wordFromLong(String conversion, long bits) {
    return (int)
        new Snippet(
                "ld.global.u64 %d1, [%in];",
                conversion + " %r0, %d1;", "st.global.u32 [%out], %r0;")
            .grid(1, 1)
            .run(bits)[0];
  }

  private static int shortFromWord(String conversion, int bits) {
    return (int)
        new Snippet(
                "ld.global.u32 %r1, [%in];",
                conversion + " %h0, %r1;", "st.global.u16 [%out], %h0;")
            .grid(1, 1)
            .run(bits & 0xFFFFFFFFL)[0];
  }

  private static int wordFromShort(String conversion, int bits) {
    return (int)
        new Snippet(
                "ld.global.u16 %h1, [%in];",
                conversion + " %r0, %h1;", "st.global.u32 [%out], %r0;")
            .grid(1, 1)
            .run(bits)[0];
  }

  @Test
  void integersWidenByTheirSign() {
    assertEquals(-2, longFromWord("cvt.s64.s32", -2));
    assertEquals(0xFFFFFFFEL, longFromWord("cvt.u64.u32", -2));
    assertEquals(-2, wordFromShort("cvt.s32.s16", 0xFFFE));
    assertEquals(0xFFFE, wordFromShort("cvt.u32.u16", 0xFFFE));
    assertEquals(-2, wordFromShort("cvt.s32.s8", 0x12FE));
    assertEquals(0xFE, wordFromShort("cvt.u32.u8", 0x12FE));
  }

  @Test
  void integersNarrowOrSaturate() {
    assertEquals(0x9ABCDEF0, wordFromLong("cvt.u32.u64", 0x123456789ABCDEF0L));
    assertEquals(0x5678, shortFromWord("cvt.u16.u32", 0x12345678));
    assertEquals(0x78, shortFromWord("cvt.u8.u32", 0x12345678));
    assertEquals(0xFF88, shortFromWord("cvt.s8.s32", 0x12345688));
    assertEquals(255, shortFromWord("cvt.sat.u8.s32", 300));
    assertEquals(0, shortFromWord("cvt.sat.u8.s32", -300));
    assertEquals(0x7FFF, shortFromWord("cvt.sat.s16.s32", 40000));
    assertEquals(Integer.MAX_VALUE, word("cvt.sat.s32.u32", -1));
  }

  @Test
  void floatsBecomeIntegersByTheRoundingNamed() {
    assertEquals(2, word("cvt.rni.s32.f32", 2.5f));
    assertEquals(4, word("cvt.rni.s32.f32", 3.5f));
    assertEquals(-2, word("cvt.rzi.s32.f32", -2.9f));
    assertEquals(-3, word("cvt.rmi.s32.f32", -2.1f));
    assertEquals(3, word("cvt.rpi.s32.f32", 2.1f));
    assertEquals(Integer.MAX_VALUE, word("cvt.rzi.s32.f32", 1e20f));
    assertEquals(Integer.MIN_VALUE, word("cvt.rzi.s32.f32", -1e20f));
    assertEquals(-1, word("cvt.rzi.u32.f32", 1e20f));
    assertEquals(0, word("cvt.rzi.u32.f32", -5f));
    assertEquals(0, word("cvt.rzi.s32.f32", Float.NaN));
    assertEquals(255, shortFromWord("cvt.rni.u8.f32", Float.floatToIntBits(300f)));
    assertEquals(1L << 40, longFromWord("cvt.rzi.s64.f32", Float.floatToIntBits(0x1p40f)));
    assertEquals(
        0xC000000000000000L, longFromWord("cvt.rzi.u64.f32", Float.floatToIntBits(0x1.8p63f)));
  }

  @Test
  void integersBecomeFloats() {
    assertEquals((float) -16777219, Float.intBitsToFloat(word("cvt.rn.f32.s32", -16777219)));
    assertEquals(4294967295f, Float.intBitsToFloat(word("cvt.rn.f32.u32", -1)));
    assertEquals(0x1p64f, Float.intBitsToFloat(wordFromLong("cvt.rn.f32.u64", -1L)));
    assertEquals(
        0x1.000002p63f,
        Float.intBitsToFloat(wordFromLong("cvt.rn.f32.u64", 0x8000_0080_0000_0001L)));
    assertEquals(200f, Float.intBitsToFloat(wordFromShort("cvt.rn.f32.u8", 200)));
    assertEquals(-3.0, Double.longBitsToDouble(longFromWord("cvt.rn.f64.s32", -3)));
  }

  @Test
  void floatsStayFloats() {
    assertEquals(-3f, Float.intBitsToFloat(word("cvt.rmi.f32.f32", -2.5f)));
    assertEquals(-2f, Float.intBitsToFloat(word("cvt.rni.f32.f32", -2.5f)));
    assertEquals(1f, Float.intBitsToFloat(word("cvt.sat.f32.f32", 2.5f)));
    assertEquals(
        0.1f, Float.intBitsToFloat(wordFromLong("cvt.rn.f32.f64", Double.doubleToLongBits(0.1))));
    assertEquals(
        0.1f,
        (float) Double.longBitsToDouble(longFromWord("cvt.f64.f32", Float.floatToIntBits(0.1f))));
  }

  @Test
  void halves() {
    assertEquals(0x3F80, shortFromWord("cvt.rn.bf16.f32", 0x3F808000));
    assertEquals(0x3F82, shortFromWord("cvt.rn.bf16.f32", 0x3F818000));
    assertEquals(0x3F81, shortFromWord("cvt.rn.bf16.f32", 0x3F808001));
    assertEquals(0x3F80, shortFromWord("cvt.rz.bf16.f32", 0x3F80FFFF));
    assertEquals(0x7FFF, shortFromWord("cvt.rn.bf16.f32", 0x7FC00000));
    assertEquals(0x7F80, shortFromWord("cvt.rn.bf16.f32", 0x7F7FFFFF));
    assertEquals(0x2E66, shortFromWord("cvt.rn.f16.f32", Float.floatToIntBits(0.1f)));
    assertEquals(0.099975586f, Float.intBitsToFloat(wordFromShort("cvt.f32.f16", 0x2E66)));
    assertEquals(1.5f, Float.intBitsToFloat(wordFromShort("cvt.f32.bf16", 0x3FC0)));
    long[] pair =
        new Snippet(
                "mov.f32 %f1, 0f40000000;",
                "mov.f32 %f2, 0fBF800000;",
                "cvt.rn.bf16x2.f32 %r1, %f1, %f2;",
                "cvt.rn.f16x2.f32 %r2, %f1, %f2;",
                "st.global.v2.u32 [%out], {%r1, %r2};")
            .run();
    assertEquals(0x4000BC00_4000BF80L, pair[0]);
  }
}
