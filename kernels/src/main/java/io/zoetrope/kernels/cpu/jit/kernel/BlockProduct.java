package io.zoetrope.kernels.cpu.jit.kernel;

import static io.zoetrope.kernels.cpu.jit.asm.Register.R10;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R11;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R12;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R13;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R14;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R15;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R8;
import static io.zoetrope.kernels.cpu.jit.asm.Register.R9;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RAX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBP;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RBX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RCX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RDX;
import static io.zoetrope.kernels.cpu.jit.asm.Register.RSI;

import io.zoetrope.kernels.cpu.jit.asm.Argument;
import io.zoetrope.kernels.cpu.jit.asm.ArgumentNames;
import io.zoetrope.kernels.cpu.jit.asm.Assembler;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Condition;
import io.zoetrope.kernels.cpu.jit.asm.Assembler.Label;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Register;
import io.zoetrope.kernels.cpu.jit.asm.RowsArgument;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;

/**
 * The one microkernel under linear, attention and convolution, a batch-reduce matrix product
 * (Georganas et al., 2020, arXiv:1906.06440): {@code C[rows x columns] (+)= sum over taps of A_tap
 * B_tap}. A lies in place, row by row, each tap at a byte offset of its own; the steps of B follow
 * each other tap after tap, in panels of two vectors of columns. A call walks over panels and,
 * within a panel, over tiles of rows, so that a panel stays in the L1 cache while A passes.
 *
 * <p>Every element is summed from zero on in the order of taps and depth, and then stored, or added
 * to C. The record of arguments is changed by the call.
 *
 * @param rows of a tile: up to {@link #mostRows}
 * @param tiles whether tiles of the matrix unit multiply; the depth is then a multiple of {@link
 *     #TILE_STEPS} steps
 * @param accumulate whether the sums are added to what C holds
 */
public record BlockProduct(
    InstructionSet set, ProductOperands operands, boolean tiles, int rows, boolean accumulate)
    implements KernelCache.Recipe {
  private static final ArgumentNames<BlockProduct> NAMES = new ArgumentNames<>();

  public static final RowsArgument<BlockProduct> A = NAMES.rows("A");

  /** Address of the byte offsets of A, one for each tap. */
  public static final Argument<BlockProduct> OFFSETS = NAMES.value("offsets");

  public static final Argument<BlockProduct> TAPS = NAMES.value("taps");

  /** The first panel, and the bytes from panel to panel. */
  public static final RowsArgument<BlockProduct> B = NAMES.rows("B");

  /** F32. */
  public static final RowsArgument<BlockProduct> C = NAMES.rows("C");

  /** Steps of each tap; at least 1. */
  public static final Argument<BlockProduct> STEPS = NAMES.value("steps");

  /** Tiles of rows; at least 1. */
  public static final Argument<BlockProduct> ROW_TILES = NAMES.value("tiles of rows");

  /** Panels; at least 1. */
  public static final Argument<BlockProduct> PANELS = NAMES.value("panels");

  /** Steps that one product of tiles takes. */
  public static final int TILE_STEPS = 16;

  private static final Register[] CHANGED = {RBX, RBP, R12, R13, R14, R15};

  /** Most rows of a tile: what the registers hold. */
  public static int mostRows(InstructionSet set, boolean tiles) {
    return tiles ? 32 : set.vectorRegisters == 32 ? 12 : 6;
  }

  /** What differs between vectors and tiles. */
  interface Body {
    /** Once for each call. */
    void begin();

    /** Sums of a tile become zero. */
    void clear();

    /**
     * All steps of a tap: A's first row is at RAX, rows RDX apart, B at R8, which moves on; RCX may
     * change.
     */
    void accumulateSteps();

    /** Writes the sums to C at R9, rows R10 apart. RAX and RBX may change. */
    void store();

    /** Once for each call. */
    void end();
  }

  @Override
  public void generate(Assembler code) {
    Body body =
        tiles
            ? new TileBody(code, rows, accumulate)
            : new VectorBody(code, set, operands, rows, accumulate);
    code.enter(CHANGED);
    body.begin();
    code.load(RDX, code.argument(A.pitch()));
    code.load(R10, code.argument(C.pitch()));

    Label nextPanel = code.here();
    code.load(RSI, code.argument(A.address()));
    code.load(R9, code.argument(C.address()));
    code.load(R14, code.argument(ROW_TILES));

    Label nextTile = code.here();
    body.clear();
    code.load(R8, code.argument(B.address()));
    code.load(R15, code.argument(OFFSETS));
    code.load(RBP, code.argument(TAPS));

    Label nextTap = code.here();
    code.load(RAX, Address.at(R15));
    code.add(RAX, RSI);
    body.accumulateSteps();
    code.add(R15, Long.BYTES);
    code.subtract(RBP, 1);
    code.jump(Condition.NOT_EQUAL, nextTap);

    body.store();
    advance(code, RSI, RDX);
    advance(code, R9, R10);
    code.subtract(R14, 1);
    code.jump(Condition.NOT_EQUAL, nextTile);

    code.load(RAX, code.argument(B.address()));
    code.load(RCX, code.argument(B.pitch()));
    code.add(RAX, RCX);
    code.store(code.argument(B.address()), RAX);
    code.load(RAX, code.argument(C.address()));
    code.add(RAX, 2 * set.vectorBytes());
    code.store(code.argument(C.address()), RAX);
    code.load(RAX, code.argument(PANELS));
    code.subtract(RAX, 1);
    code.store(code.argument(PANELS), RAX);
    code.jump(Condition.NOT_EQUAL, nextPanel);
    body.end();
    code.leave(CHANGED);
  }

  /** To the next tile: {@code pointer += rows * pitch}. */
  private void advance(Assembler code, Register pointer, Register pitch) {
    code.move(R11, rows);
    code.multiply(R11, pitch);
    code.add(pointer, R11);
  }
}
