package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.memory.AddressWindows;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.parser.PtxType;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;

/** {@code mov}, {@code cvta}, {@code selp}, {@code bfi}, {@code lop3} and what else moves bits. */
final class MoveOpcodes {
  private MoveOpcodes() {}

  static void addTo(OpcodeTable t) {
    t.as(InstructionClass.MOVE, 0);
    t.unary("mov.b16 mov.u16 mov.s16 mov.b32 mov.u32 mov.s32 mov.f32", a -> a);
    t.unaryLong("mov.b64 mov.u64 mov.s64 mov.f64", a -> a);
    t.unaryLong(
        "cvta.global.u64 cvta.to.global.u64 cvta.const.u64 cvta.to.const.u64 cvta.u64", a -> a);
    t.unaryLong("cvta.shared.u64", a -> a + AddressWindows.SHARED);
    t.unaryLong("cvta.to.shared.u64", a -> a - AddressWindows.SHARED);
    t.unaryLong("cvta.local.u64", a -> a + AddressWindows.LOCAL);
    t.unaryLong("cvta.to.local.u64", a -> a - AddressWindows.LOCAL);
  }

  static Instruction.Action move(OperandReader operands, OpcodeTable table) {
    operands.requireCount(2);
    operands.kind(InstructionClass.MOVE);
    PtxType type = PtxType.of(operands.opcode().getLast());
    if (operands.opcode().size() != 2 || type == null) {
      throw operands.unknown();
    }
    if (operands.operand(0) instanceof Operand.Vector
        || operands.operand(1) instanceof Operand.Vector) {
      return pack(operands, type);
    }
    if (type == PtxType.PRED) {
      int source = operands.predicateSource(1);
      int target = operands.predicateTarget(operands.operand(0));
      return (warp, mask) -> warp.setPredicate(target, mask, warp.predicate(source));
    }
    Form form = table.form("mov." + operands.opcode().getLast());
    if (form == null) {
      throw operands.unknown();
    }
    return form.bind(operands);
  }

  /** Packs a vector of registers into one, or the other way (PTX ISA, "mov"). */
  private static Instruction.Action pack(OperandReader operands, PtxType type) {
    boolean packing = operands.operand(1) instanceof Operand.Vector;
    List<Operand> parts = operands.elements(packing ? 1 : 0);
    int bits = type.bytes() * 8 / parts.size();
    boolean wide = type.bytes() == 8;
    boolean wideParts = bits > 32;
    if (bits < 8 || wideParts || parts.size() * bits != type.bytes() * 8) {
      throw operands.error("cannot pack " + parts.size() + " elements");
    }
    int[] registers =
        parts.stream()
            .mapToInt(p -> packing ? operands.wordSource(p) : operands.wordTarget(p))
            .toArray();
    long field = (1L << bits) - 1;
    if (packing) {
      int target = wide ? operands.longTarget(0) : operands.wordTarget(0);
      return (warp, mask) -> {
        for (int rest = mask; rest != 0; rest &= rest - 1) {
          int lane = Integer.numberOfTrailingZeros(rest);
          long value = 0;
          for (int i = 0; i < registers.length; i++) {
            value |= (warp.word(registers[i])[lane] & field) << i * bits;
          }
          if (wide) {
            warp.wide(target)[lane] = value;
          } else {
            warp.word(target)[lane] = (int) value;
          }
        }
      };
    }
    int source = wide ? operands.longSource(1) : operands.wordSource(1);
    return (warp, mask) -> {
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        long value = wide ? warp.wide(source)[lane] : warp.word(source)[lane];
        for (int i = 0; i < registers.length; i++) {
          warp.word(registers[i])[lane] = (int) (value >>> i * bits & field);
        }
      }
    };
  }

  /** {@code selp}: one of two values by a predicate. */
  static Instruction.Action select(OperandReader operands) {
    operands.requireCount(4);
    operands.kind(InstructionClass.MOVE);
    PtxType type = PtxType.of(operands.opcode().getLast());
    if (operands.opcode().size() != 2 || type == null || type == PtxType.PRED) {
      throw operands.unknown();
    }
    int predicate = operands.predicateSource(3);
    if (type.bytes() == 8) {
      int a = operands.longSource(1);
      int b = operands.longSource(2);
      int target = operands.longTarget(0);
      return (warp, mask) -> selectLong(warp, mask, warp.predicate(predicate), target, a, b);
    }
    int a = operands.wordSource(1);
    int b = operands.wordSource(2);
    int target = operands.wordTarget(0);
    return (warp, mask) -> selectWord(warp, mask, warp.predicate(predicate), target, a, b);
  }

  private static void selectWord(Warp warp, int mask, int choice, int target, int a, int b) {
    int[] d = warp.word(target);
    int[] x = warp.word(a);
    int[] y = warp.word(b);
    for (int lane = 0; lane < 32; lane++) {
      int value = (choice >>> lane & 1) != 0 ? x[lane] : y[lane];
      d[lane] = (mask >>> lane & 1) != 0 ? value : d[lane];
    }
  }

  private static void selectLong(Warp warp, int mask, int choice, int target, int a, int b) {
    long[] d = warp.wide(target);
    long[] x = warp.wide(a);
    long[] y = warp.wide(b);
    for (int lane = 0; lane < 32; lane++) {
      long value = (choice >>> lane & 1) != 0 ? x[lane] : y[lane];
      d[lane] = (mask >>> lane & 1) != 0 ? value : d[lane];
    }
  }

  /** {@code bfi}: the low bits of one value put into another. */
  static Instruction.Action insertBits(OperandReader operands) {
    operands.requireCount(5);
    operands.kind(InstructionClass.INTEGER);
    if (operands.opcode().getLast().equals("b32")) {
      return fourSources(
          operands,
          (a, b, position, length) -> (int) IntegerOpcodes.insert(a, b, position, length, 32));
    }
    int a = operands.longSource(1);
    int b = operands.longSource(2);
    int position = operands.wordSource(3);
    int length = operands.wordSource(4);
    int target = operands.longTarget(0);
    return (warp, mask) -> {
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        warp.wide(target)[lane] =
            IntegerOpcodes.insert(
                warp.wide(a)[lane],
                warp.wide(b)[lane],
                warp.word(position)[lane],
                warp.word(length)[lane],
                64);
      }
    };
  }

  /** {@code lop3.b32}. */
  static Instruction.Action logic3(OperandReader operands) {
    operands.requireCount(5);
    operands.kind(InstructionClass.INTEGER);
    return fourSources(operands, IntegerOpcodes::logic3);
  }

  @FunctionalInterface
  private interface FourWords {
    int apply(int a, int b, int c, int d);
  }

  private static Instruction.Action fourSources(OperandReader operands, FourWords f) {
    int a = operands.wordSource(1);
    int b = operands.wordSource(2);
    int c = operands.wordSource(3);
    int d = operands.wordSource(4);
    int target = operands.wordTarget(0);
    return (warp, mask) -> {
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        warp.word(target)[lane] =
            f.apply(warp.word(a)[lane], warp.word(b)[lane], warp.word(c)[lane], warp.word(d)[lane]);
      }
    };
  }
}
