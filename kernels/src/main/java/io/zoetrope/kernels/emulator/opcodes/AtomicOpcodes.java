package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.machine.AddressOperand;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Space;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.parser.PtxType;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;
import java.util.Set;
import java.util.function.IntBinaryOperator;
import java.util.function.LongBinaryOperator;

/** {@code atom} and {@code red} (PTX ISA, "Parallel Synchronization and Communication"). */
final class AtomicOpcodes {
  private static final Set<String> MODIFIERS =
      Set.of("relaxed", "acquire", "release", "acq_rel", "cta", "gpu", "sys", "noftz");

  private AtomicOpcodes() {}

  static Instruction.Action decode(OperandReader operands) {
    operands.kind(InstructionClass.ATOMIC);
    List<String> parts = operands.opcode();
    boolean returns = parts.getFirst().equals("atom");
    StateSpace space = StateSpace.GENERIC;
    String operation = null;
    for (String part : parts.subList(1, parts.size() - 1)) {
      if (StateSpace.of(part) != null) {
        space = StateSpace.of(part);
      } else if (!MODIFIERS.contains(part)) {
        if (operation != null) {
          throw operands.unknown();
        }
        operation = part;
      }
    }
    if (operation == null || space == StateSpace.PARAMETER) {
      throw operands.unknown();
    }
    PtxType type = PtxType.of(parts.getLast());
    int width = type == null ? 0 : type.bytes();
    if (width != 4 && width != 8) {
      throw operands.unknown();
    }
    boolean swap = operation.equals("cas");
    int first = returns ? 1 : 0;
    operands.requireCount(first + (swap ? 3 : 2));
    operands.accessWidth(space, width);
    AddressOperand address = operands.address(first);
    if (width == 4) {
      int value = operands.wordSource(first + 1);
      int replacement = swap ? operands.wordSource(first + 2) : value;
      int target = returns ? operands.wordTarget(0) : -1;
      IntBinaryOperator update = swap ? null : wordUpdate(operands, operation, type);
      return new WordAtomic(space, address, target, value, replacement, update);
    }
    int value = operands.longSource(first + 1);
    int replacement = swap ? operands.longSource(first + 2) : value;
    int target = returns ? operands.longTarget(0) : -1;
    LongBinaryOperator update = swap ? null : longUpdate(operands, operation, type);
    return new LongAtomic(space, address, target, value, replacement, update);
  }

  private static IntBinaryOperator wordUpdate(
      OperandReader operands, String operation, PtxType type) {
    return switch (operation + "." + type) {
      case "add.U32", "add.S32" -> Integer::sum;
      case "add.F32" -> (a, b) -> Floats.bits(Floats.float32(a) + Floats.float32(b));
      case "min.S32" -> Math::min;
      case "max.S32" -> Math::max;
      case "min.U32" -> (a, b) -> Integer.compareUnsigned(a, b) <= 0 ? a : b;
      case "max.U32" -> (a, b) -> Integer.compareUnsigned(a, b) >= 0 ? a : b;
      case "and.B32" -> (a, b) -> a & b;
      case "or.B32" -> (a, b) -> a | b;
      case "xor.B32" -> (a, b) -> a ^ b;
      case "exch.B32" -> (_, b) -> b;
      case "inc.U32" -> (a, b) -> Integer.compareUnsigned(a, b) >= 0 ? 0 : a + 1;
      case "dec.U32" -> (a, b) -> a == 0 || Integer.compareUnsigned(a, b) > 0 ? b : a - 1;
      default -> throw operands.unknown();
    };
  }

  private static LongBinaryOperator longUpdate(
      OperandReader operands, String operation, PtxType type) {
    return switch (operation + "." + type) {
      case "add.U64", "add.S64" -> Long::sum;
      case "add.F64" ->
          (a, b) ->
              Double.doubleToRawLongBits(Double.longBitsToDouble(a) + Double.longBitsToDouble(b));
      case "min.S64" -> Math::min;
      case "max.S64" -> Math::max;
      case "min.U64" -> (a, b) -> Long.compareUnsigned(a, b) <= 0 ? a : b;
      case "max.U64" -> (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b;
      case "and.B64" -> (a, b) -> a & b;
      case "or.B64" -> (a, b) -> a | b;
      case "xor.B64" -> (a, b) -> a ^ b;
      case "exch.B64" -> (_, b) -> b;
      default -> throw operands.unknown();
    };
  }

  /**
   * An atomic on 32 bits; the lanes go one after the other.
   *
   * @param update the operation; null for compare-and-swap
   */
  private record WordAtomic(
      StateSpace space,
      AddressOperand address,
      int target,
      int value,
      int replacement,
      IntBinaryOperator update)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      long[] addresses = warp.addresses();
      address.gather(warp, mask, addresses);
      Space memory = space.in(warp);
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        MemoryRegion region = memory.access(warp, lane, addresses[lane], 4, AccessMode.ATOMIC);
        int offset = (int) (addresses[lane] - region.base());
        int old = region.getInt(offset);
        int operand = warp.word(value)[lane];
        int swapped = old == operand ? warp.word(replacement)[lane] : old;
        region.putInt(offset, update == null ? swapped : update.applyAsInt(old, operand));
        if (target >= 0) {
          warp.word(target)[lane] = old;
        }
      }
      memory.count(warp, mask, addresses, 4);
    }
  }

  /** An atomic on 64 bits; the lanes go one after the other. */
  private record LongAtomic(
      StateSpace space,
      AddressOperand address,
      int target,
      int value,
      int replacement,
      LongBinaryOperator update)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      long[] addresses = warp.addresses();
      address.gather(warp, mask, addresses);
      Space memory = space.in(warp);
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        MemoryRegion region = memory.access(warp, lane, addresses[lane], 8, AccessMode.ATOMIC);
        int offset = (int) (addresses[lane] - region.base());
        long old = region.getLong(offset);
        long operand = warp.wide(value)[lane];
        long swapped = old == operand ? warp.wide(replacement)[lane] : old;
        region.putLong(offset, update == null ? swapped : update.applyAsLong(old, operand));
        if (target >= 0) {
          warp.wide(target)[lane] = old;
        }
      }
      memory.count(warp, mask, addresses, 8);
    }
  }
}
