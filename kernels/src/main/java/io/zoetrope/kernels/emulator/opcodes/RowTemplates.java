package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Warp;
import java.lang.invoke.MethodHandles;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/**
 * Actions that apply one scalar function to the rows of their registers, lane by lane.
 *
 * <p>{@link RowCompiler} loads each template once per opcode, as a class of its own with the
 * opcode's function as a constant. The compiler then sees a plain loop with the function inlined
 * and makes vector code of it; one shared class would call the function through a table for every
 * lane. Everything in here runs only in such copies.
 */
final class RowTemplates {
  private RowTemplates() {}

  /** {@code (a, b, c) -> d} on words. */
  @FunctionalInterface
  interface IntTernaryOperator {
    int applyAsInt(int a, int b, int c);
  }

  /** {@code (a, b, c) -> d} on longs. */
  @FunctionalInterface
  interface LongTernaryOperator {
    long applyAsLong(long a, long b, long c);
  }

  /** {@code a -> d} from word to long. */
  @FunctionalInterface
  interface WideningOperator {
    long applyAsLong(int a);
  }

  /** {@code (a, b) -> d} from words to long. */
  @FunctionalInterface
  interface WideningBinaryOperator {
    long applyAsLong(int a, int b);
  }

  /** {@code (a, b, c) -> d} from two words and a long to long. */
  @FunctionalInterface
  interface WideningTernaryOperator {
    long applyAsLong(int a, int b, long c);
  }

  /** {@code a -> d} from long to word. */
  @FunctionalInterface
  interface NarrowingOperator {
    int applyAsInt(long a);
  }

  /** {@code (a, b) -> d} from a long and a word to long. */
  @FunctionalInterface
  interface ShiftOperator {
    long applyAsLong(long a, int b);
  }

  /** Whether two words compare. */
  @FunctionalInterface
  interface IntComparison {
    boolean test(int a, int b);
  }

  /** Whether two longs compare. */
  @FunctionalInterface
  interface LongComparison {
    boolean test(long a, long b);
  }

  /** Compares two registers; the result has one bit per lane. */
  @FunctionalInterface
  interface Comparison {
    int lanes(Warp warp);
  }

  static <T> T function(MethodHandles.Lookup lookup, Class<T> type) {
    try {
      return MethodHandles.classData(lookup, "_", type);
    } catch (IllegalAccessException e) {
      throw new LinkageError("template " + lookup.lookupClass() + " without its function", e);
    }
  }

  /** Applies {@link IntUnaryOperator}. */
  static final class WordUnary implements Instruction.Action {
    private static final IntUnaryOperator FUNCTION =
        function(MethodHandles.lookup(), IntUnaryOperator.class);
    private final int[] operands;

    WordUnary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      int[] d = warp.word(operands[0]);
      int[] a = warp.word(operands[1]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsInt(a[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsInt(a[lane]);
      }
    }
  }

  /** Applies {@link IntBinaryOperator}. */
  static final class WordBinary implements Instruction.Action {
    private static final IntBinaryOperator FUNCTION =
        function(MethodHandles.lookup(), IntBinaryOperator.class);
    private final int[] operands;

    WordBinary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      int[] d = warp.word(operands[0]);
      int[] a = warp.word(operands[1]);
      int[] b = warp.word(operands[2]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsInt(a[lane], b[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsInt(a[lane], b[lane]);
      }
    }
  }

  /** Applies {@link IntTernaryOperator}. */
  static final class WordTernary implements Instruction.Action {
    private static final IntTernaryOperator FUNCTION =
        function(MethodHandles.lookup(), IntTernaryOperator.class);
    private final int[] operands;

    WordTernary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      int[] d = warp.word(operands[0]);
      int[] a = warp.word(operands[1]);
      int[] b = warp.word(operands[2]);
      int[] c = warp.word(operands[3]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsInt(a[lane], b[lane], c[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsInt(a[lane], b[lane], c[lane]);
      }
    }
  }

  /** Applies {@link LongUnaryOperator}. */
  static final class LongUnary implements Instruction.Action {
    private static final LongUnaryOperator FUNCTION =
        function(MethodHandles.lookup(), LongUnaryOperator.class);
    private final int[] operands;

    LongUnary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      long[] a = warp.wide(operands[1]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane]);
      }
    }
  }

  /** Applies {@link LongBinaryOperator}. */
  static final class LongBinary implements Instruction.Action {
    private static final LongBinaryOperator FUNCTION =
        function(MethodHandles.lookup(), LongBinaryOperator.class);
    private final int[] operands;

    LongBinary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      long[] a = warp.wide(operands[1]);
      long[] b = warp.wide(operands[2]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
      }
    }
  }

  /** Applies {@link LongTernaryOperator}. */
  static final class LongTernary implements Instruction.Action {
    private static final LongTernaryOperator FUNCTION =
        function(MethodHandles.lookup(), LongTernaryOperator.class);
    private final int[] operands;

    LongTernary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      long[] a = warp.wide(operands[1]);
      long[] b = warp.wide(operands[2]);
      long[] c = warp.wide(operands[3]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane], b[lane], c[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane], b[lane], c[lane]);
      }
    }
  }

  /** Applies {@link WideningOperator}. */
  static final class Widening implements Instruction.Action {
    private static final WideningOperator FUNCTION =
        function(MethodHandles.lookup(), WideningOperator.class);
    private final int[] operands;

    Widening(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      int[] a = warp.word(operands[1]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane]);
      }
    }
  }

  /** Applies {@link WideningBinaryOperator}. */
  static final class WideningBinary implements Instruction.Action {
    private static final WideningBinaryOperator FUNCTION =
        function(MethodHandles.lookup(), WideningBinaryOperator.class);
    private final int[] operands;

    WideningBinary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      int[] a = warp.word(operands[1]);
      int[] b = warp.word(operands[2]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
      }
    }
  }

  /** Applies {@link WideningTernaryOperator}. */
  static final class WideningTernary implements Instruction.Action {
    private static final WideningTernaryOperator FUNCTION =
        function(MethodHandles.lookup(), WideningTernaryOperator.class);
    private final int[] operands;

    WideningTernary(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      int[] a = warp.word(operands[1]);
      int[] b = warp.word(operands[2]);
      long[] c = warp.wide(operands[3]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane], b[lane], c[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane], b[lane], c[lane]);
      }
    }
  }

  /** Applies {@link NarrowingOperator}. */
  static final class Narrowing implements Instruction.Action {
    private static final NarrowingOperator FUNCTION =
        function(MethodHandles.lookup(), NarrowingOperator.class);
    private final int[] operands;

    Narrowing(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      int[] d = warp.word(operands[0]);
      long[] a = warp.wide(operands[1]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsInt(a[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsInt(a[lane]);
      }
    }
  }

  /** Applies {@link ShiftOperator}. */
  static final class Shift implements Instruction.Action {
    private static final ShiftOperator FUNCTION =
        function(MethodHandles.lookup(), ShiftOperator.class);
    private final int[] operands;

    Shift(int[] operands) {
      this.operands = operands;
    }

    @Override
    public void execute(Warp warp, int mask) {
      long[] d = warp.wide(operands[0]);
      long[] a = warp.wide(operands[1]);
      int[] b = warp.word(operands[2]);
      if (mask == -1) {
        for (int lane = 0; lane < 32; lane++) {
          d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
        }
        return;
      }
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        d[lane] = FUNCTION.applyAsLong(a[lane], b[lane]);
      }
    }
  }

  /** Applies {@link IntComparison}. */
  static final class WordComparison implements Comparison {
    private static final IntComparison FUNCTION =
        function(MethodHandles.lookup(), IntComparison.class);
    private final int[] operands;

    WordComparison(int[] operands) {
      this.operands = operands;
    }

    @Override
    public int lanes(Warp warp) {
      int[] a = warp.word(operands[0]);
      int[] b = warp.word(operands[1]);
      int lanes = 0;
      for (int lane = 0; lane < 32; lane++) {
        lanes |= (FUNCTION.test(a[lane], b[lane]) ? 1 : 0) << lane;
      }
      return lanes;
    }
  }

  /** Applies {@link LongComparison}. */
  static final class WideComparison implements Comparison {
    private static final LongComparison FUNCTION =
        function(MethodHandles.lookup(), LongComparison.class);
    private final int[] operands;

    WideComparison(int[] operands) {
      this.operands = operands;
    }

    @Override
    public int lanes(Warp warp) {
      long[] a = warp.wide(operands[0]);
      long[] b = warp.wide(operands[1]);
      int lanes = 0;
      for (int lane = 0; lane < 32; lane++) {
        lanes |= (FUNCTION.test(a[lane], b[lane]) ? 1 : 0) << lane;
      }
      return lanes;
    }
  }
}
