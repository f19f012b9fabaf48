package io.zoetrope.kernels.cpu.jit.asm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** What a call of a generated function is given, against what its code reads. */
class CallTest {
  /** Reads its bias only if there is one. */
  private record Scale(boolean bias) implements KernelCache.Recipe {
    private static final ArgumentNames<Scale> NAMES = new ArgumentNames<>();
    private static final RowsArgument<Scale> X = NAMES.rows("x");
    private static final Argument<Scale> BIAS = NAMES.value("bias");
    private static final Argument<Scale> FACTOR = NAMES.value("factor");

    @Override
    public void generate(Assembler assembler) {
      assembler.load(Register.RSI, assembler.argument(X.address()));
      assembler.load(Register.RDX, assembler.argument(X.pitch()));
      assembler.load(Register.RDX, assembler.argument(X.pitch()));
      if (bias) {
        assembler.load(Register.R8, assembler.argument(BIAS));
      }
      assembler.load(Register.R9, assembler.argument(FACTOR));
      assembler.leave();
    }
  }

  private long[] seen;

  private final KernelCache kernels =
      new KernelCache(_ -> record -> seen = record.asSlice(0, 32).toArray(ValueLayout.JAVA_LONG));

  private final ArgumentRecord record = new ArgumentRecord(Arena.ofAuto());

  private Call<Scale> call(boolean bias) {
    return kernels.get(new Scale(bias)).call(record);
  }

  private static void assertRefused(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }

  @Test
  void argumentsLieInTheOrderOfTheirNames() {
    call(true).setFloat(Scale.FACTOR, -2).set(Scale.BIAS, 7).set(Scale.X, 3, -4).run();
    assertArrayEquals(new long[] {3, -4, 7, 0xc0000000L}, seen);
    call(false).set(Scale.X, 5, 6).set(Scale.FACTOR, 8).run();
    assertArrayEquals(new long[] {5, 6, 7, 8}, seen);
  }

  @Test
  void argumentsThatTheCodeReadsMayNotBeLeftOut() {
    assertRefused(
        "Scale[bias=true] was not given 'x', 'bytes between rows of x', 'bias'",
        call(true).set(Scale.FACTOR, 1)::run);
    assertRefused("Scale[bias=false] was not given 'factor'", call(false).set(Scale.X, 1, 2)::run);
  }

  @Test
  void argumentsThatTheCodeDoesNotReadMayNotBeGiven() {
    assertRefused("Scale[bias=false] does not read 'bias'", () -> call(false).set(Scale.BIAS, 1));
  }

  @Test
  void anArgumentIsGivenOnce() {
    Call<Scale> call = call(false).set(Scale.X, 1, 2);
    assertRefused("Scale[bias=false] was given 'x' twice", () -> call.set(Scale.X.address(), 3));
  }

  @Test
  void callsDoNotMix() {
    Call<Scale> first = call(false).set(Scale.X, 1, 2);
    call(false).set(Scale.X, 3, 4).set(Scale.FACTOR, 5).run();
    first.set(Scale.FACTOR, 6);
    var error = assertThrows(IllegalStateException.class, first::run);
    assertEquals(
        "Scale[bias=false]: another call has begun before this one was run", error.getMessage());
  }

  @Test
  void aMaskHasRoomForSoManyNames() {
    ArgumentNames<Scale> names = new ArgumentNames<>();
    for (int i = 0; i < Long.SIZE; i++) {
      names.value("a" + i);
    }
    var error = assertThrows(IllegalStateException.class, () -> names.value("more"));
    assertEquals("'more' is one argument too many", error.getMessage());
  }
}
