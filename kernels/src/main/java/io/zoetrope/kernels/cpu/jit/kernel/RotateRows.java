package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.code.VectorCode;
import io.zoetrope.kernels.cpu.jit.code.VectorLoops.Rows;
import io.zoetrope.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/** Rotates the pairs (2i, 2i+1) of every head of some rows by the angle of the row and the pair. */
public record RotateRows(InstructionSet set, DType dtype) implements KernelCache.Recipe {
  private static final ArgumentNames<RotateRows> NAMES = new ArgumentNames<>();

  public static final RowsArgument<RotateRows> X = NAMES.rows("x");

  /** F32, one for each pair of a head. */
  public static final RowsArgument<RotateRows> COS = NAMES.rows("cosines");

  /** F32, one for each pair of a head. */
  public static final RowsArgument<RotateRows> SIN = NAMES.rows("sines");

  public static final Argument<RotateRows> ROWS = NAMES.value("rows");
  public static final Argument<RotateRows> HEADS = NAMES.value("heads");

  /** Elements of a head. */
  public static final Argument<RotateRows> HEAD_DIM = NAMES.value("head dim");

  private static final Register ROW = Register.RSI;
  private static final Register COUNTER = Register.R8;

  @Override
  public boolean equals(Object other) {
    return other instanceof RotateRows recipe && set == recipe.set && dtype == recipe.dtype;
  }

  @Override
  public int hashCode() {
    return set.ordinal() * 31 + dtype.ordinal();
  }

  @Override
  public void generate(Assembler assembler) {
    VectorCode.write(assembler, set, this::write);
  }

  private void write(VectorCode code) {
    Assembler assembler = code.assembler();
    assembler.enter(Rotation.REGISTERS);
    assembler.load(COUNTER, assembler.argument(ROWS));
    List<Rows> all = new ArrayList<>(List.of(new Rows(ROW, X)));
    all.addAll(Rotation.rows(COS, SIN));
    Rotation rotation = new Rotation(code, dtype, (_, _, _) -> {});
    code.rows(
        COUNTER,
        all,
        () -> rotation.row(ROW, ROW, assembler.argument(HEADS), assembler.argument(HEAD_DIM)));
    assembler.leave(Rotation.REGISTERS);
  }
}
