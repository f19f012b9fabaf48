package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.VectorInstruction;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;

/**
 * Products on registers alone, over and over: the most that a processor can do.
 *
 * @param tiles whether the matrix unit multiplies
 */
public record PeakLoop(InstructionSet set, ProductOperands operands, boolean tiles)
    implements KernelCache.Recipe {
  private static final ArgumentNames<PeakLoop> NAMES = new ArgumentNames<>();

  public static final Argument<PeakLoop> ROUNDS = NAMES.value("rounds");

  /** Independent sums: enough for two multiply-add units with a latency of up to 6 cycles. */
  private static final int SUMS = 12;

  private static final int TILE_SUMS = 4;
  private static final int TILE_FLOPS = 2 * 16 * 16 * 32;

  /** Multiplications and additions of a round. */
  public double flops() {
    return tiles ? TILE_SUMS * TILE_FLOPS : 2.0 * SUMS * set.lanes() * operands.elementsOfStep();
  }

  @Override
  public void generate(Assembler code) {
    code.enter(TileBody.CHANGED);
    TileBody body = new TileBody(code, 32, false);
    if (tiles) {
      body.begin();
      for (int tile = 0; tile < 8; tile++) {
        code.zeroTile(tile);
      }
    } else {
      for (int i = 0; i <= SUMS; i++) {
        code.vector(VectorInstruction.XOR, register(i), register(i), register(i));
      }
    }
    code.load(Register.RCX, code.argument(ROUNDS));
    Label next = code.here();
    if (tiles) {
      for (int sum = 0; sum < TILE_SUMS; sum++) {
        code.multiplyTiles(sum, 4 + sum / 2, 6 + sum % 2);
      }
    } else {
      VectorInstruction product =
          operands == ProductOperands.HALVES
              ? VectorInstruction.DOT_PRODUCT
              : VectorInstruction.FMA_231;
      for (int i = 0; i < SUMS; i++) {
        code.vector(product, register(i), register(SUMS), register(SUMS));
      }
    }
    code.subtract(Register.RCX, 1);
    code.jump(Condition.NOT_EQUAL, next);
    if (tiles) {
      body.end();
    }
    code.leave(TileBody.CHANGED);
  }

  private Vector register(int number) {
    return new Vector(number, set.vectorBits);
  }
}
