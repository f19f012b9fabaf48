package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Snippet;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongUnaryOperator;

/** Checks instructions that work lane by lane: many values through one kernel. */
final class Lanes {
  private Lanes() {}

  /** Expected result of two 32-bit operands. */
  @FunctionalInterface
  interface Words {
    int apply(int a, int b);
  }

  /** Expected result of three 32-bit operands. */
  @FunctionalInterface
  interface ThreeWords {
    int apply(int a, int b, int c);
  }

  /** Expected result of two 64-bit operands. */
  @FunctionalInterface
  interface Longs {
    long apply(long a, long b);
  }

  private static final int[] CORNERS = {
    0, 1, -1, 2, 31, 32, 33, 255, 0x7FFF, 0x8000, 0xFFFF, Integer.MAX_VALUE, Integer.MIN_VALUE, 7
  };

  /** Pairs of corner cases and random words: the low and the high half of each long. */
  static long[] pairs() {
    SplittableRandom random = new SplittableRandom(5);
    long[] pairs = new long[CORNERS.length * CORNERS.length + 60];
    for (int i = 0; i < pairs.length; i++) {
      int a = random.nextInt();
      int b = random.nextInt() >> random.nextInt(32);
      if (i < CORNERS.length * CORNERS.length) {
        a = CORNERS[i % CORNERS.length];
        b = CORNERS[i / CORNERS.length];
      }
      pairs[i] = (long) b << 32 | a & 0xFFFFFFFFL;
    }
    return pairs;
  }

  /** Runs {@code %r0 = f(%r1, %r2)} for all pairs. */
  static void words(String instruction, Words expected) {
    long[] pairs = pairs();
    check(
        instruction,
        "ld.global.v2.u32 {%r1, %r2}, [%in];",
        "st.global.u32 [%out], %r0;",
        pairs,
        pair -> expected.apply((int) pair, (int) (pair >>> 32)) & 0xFFFFFFFFL);
  }

  /** Runs {@code %r0 = f(%r1, %r2, %r3)} with a third operand made from the first two. */
  static void words(String instruction, ThreeWords expected) {
    check(
        instruction,
        "ld.global.v2.u32 {%r1, %r2}, [%in];\nmad.lo.s32 %r3, %r1, 77, %r2;",
        "st.global.u32 [%out], %r0;",
        pairs(),
        pair -> {
          int a = (int) pair;
          int b = (int) (pair >>> 32);
          return expected.apply(a, b, a * 77 + b) & 0xFFFFFFFFL;
        });
  }

  /** The same with the operands in {@code %h1} and {@code %h2}, converted before. */
  static void words(String instruction, String conversion, Words expected) {
    words(conversion + " %h1, %r1;\n" + conversion + " %h2, %r2;\n" + instruction, expected);
  }

  /** Runs {@code %h0 = f(%h1, %h2)} on the low halves of the words. */
  static void shorts(String instruction, Words expected) {
    check(
        instruction,
        "ld.global.u16 %h1, [%in];\nld.global.u16 %h2, [%in+4];",
        "st.global.u16 [%out], %h0;",
        pairs(),
        pair -> expected.apply((int) pair & 0xFFFF, (int) (pair >>> 32) & 0xFFFF) & 0xFFFF);
  }

  /** Runs {@code %d0 = f(%d1, %d2)}, the second operand being the first one turned and mixed. */
  static void longs(String instruction, Longs expected) {
    check(
        instruction,
        "ld.global.u64 %d1, [%in];\nmul.lo.s64 %d2, %d1, 4294967299;\nshr.u64 %d2, %d2, 7;",
        "st.global.u64 [%out], %d0;",
        pairs(),
        a -> expected.apply(a, a * 4294967299L >>> 7));
  }

  /** Runs an instruction over inputs and compares what it stores. */
  static void check(
      String instruction, String before, String after, long[] inputs, LongUnaryOperator expected) {
    int threads = (inputs.length + 31) / 32 * 32;
    long[] padded = Arrays.copyOf(inputs, threads);
    long[] outputs = new Snippet(before, instruction, after).grid(threads / 32, 32).run(padded);
    for (int i = 0; i < inputs.length; i++) {
      int at = i;
      assertEquals(
          expected.applyAsLong(inputs[i]),
          outputs[i],
          () -> "%s with 0x%x".formatted(instruction, inputs[at]));
    }
  }
}
