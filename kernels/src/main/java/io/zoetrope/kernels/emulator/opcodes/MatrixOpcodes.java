package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.machine.AddressOperand;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.SharedSpace;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.machine.TensorCore;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;
import java.util.Set;

/** {@code mma.sync} and {@code ldmatrix} (PTX ISA, "Warp Level Matrix Instructions"). */
final class MatrixOpcodes {
  private MatrixOpcodes() {}

  /** All 32 lanes must run a matrix instruction together. */
  private static void requireFullWarp(Warp warp, int mask) {
    if (mask != -1) {
      throw warp.fault(
          Finding.DIVERGENCE,
          Integer.numberOfTrailingZeros(mask),
          0,
          "a matrix instruction needs all lanes, but lanes %08x are missing".formatted(~mask));
    }
  }

  /** {@code ldmatrix.sync.aligned.m8n8.x4{.trans}{.shared}.b16 {d...}, [a]}. */
  static Instruction.Action load(OperandReader operands) {
    operands.kind(InstructionClass.SHARED_LOAD);
    operands.requireCount(2);
    List<String> parts = operands.opcode();
    Set<String> known =
        Set.of(
            "ldmatrix",
            "sync",
            "aligned",
            "m8n8",
            "x1",
            "x2",
            "x4",
            "trans",
            "shared",
            "shared::cta",
            "b16");
    if (!known.containsAll(parts) || !parts.contains("m8n8") || !parts.getLast().equals("b16")) {
      throw operands.unknown();
    }
    int matrices = parts.contains("x4") ? 4 : parts.contains("x2") ? 2 : 1;
    int[] targets = operands.wordTargets(0, matrices);
    AddressOperand address = operands.address(1);
    operands.accessWidth(StateSpace.SHARED, 16);
    return new MatrixLoad(targets, address, parts.contains("trans"));
  }

  /**
   * Loads 8 x 8 matrices of 16-bit elements. Lane 8 m + r holds the address of row r of matrix m;
   * lane l gets elements 2 (l mod 4) and the next one of row l / 4, or of that column if
   * transposed.
   */
  private record MatrixLoad(int[] targets, AddressOperand address, boolean transposed)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      requireFullWarp(warp, mask);
      int used = targets.length == 4 ? -1 : (1 << 8 * targets.length) - 1;
      long[] addresses = warp.addresses();
      address.gather(warp, used, addresses);
      SharedSpace shared = warp.block().shared();
      for (int lane = 0; lane < 8 * targets.length; lane++) {
        addresses[lane] &= 0xFFFFFFFFL;
        shared.matrixRow(warp, lane, addresses[lane]);
      }
      for (int matrix = 0; matrix < targets.length; matrix++) {
        distribute(shared.region(), addresses, 8 * matrix, warp.word(targets[matrix]));
      }
      shared.count(warp, used, addresses, 16);
    }

    private void distribute(MemoryRegion region, long[] rows, int first, int[] target) {
      for (int lane = 0; lane < 32; lane++) {
        int major = lane >> 2;
        int minor = 2 * (lane & 3);
        if (transposed) {
          int low = region.getShort((int) rows[first + minor] + 2 * major);
          int high = region.getShort((int) rows[first + minor + 1] + 2 * major);
          target[lane] = low | high << 16;
        } else {
          target[lane] = region.getInt((int) rows[first + major] + 2 * minor);
        }
      }
    }
  }

  /** {@code mma.sync}, in the one form that {@link TensorCore} has. */
  static Instruction.Action multiply(OperandReader operands) {
    operands.kind(InstructionClass.TENSOR);
    operands.requireCount(4);
    if (!String.join(".", operands.opcode()).equals(TensorCore.OPCODE)) {
      throw operands.unknown();
    }
    operands.tensorFlops(TensorCore.FLOPS);
    int[] a = operands.wordSources(1, 4);
    int[] b = operands.wordSources(2, 2);
    int[] c = operands.wordSources(3, 4);
    int[] d = operands.wordTargets(0, 4);
    return (warp, mask) -> {
      requireFullWarp(warp, mask);
      warp.block().tensorCore().multiply(warp, d, a, b, c);
    };
  }
}
