package io.zoetrope.kernels.cpu.jit.emulator;

import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator.Action;
import java.util.List;

/** What instructions on general-purpose registers do, jumps among them. */
final class GeneralInstructions {
  private static final int RET = 0xc3;
  private static final int JUMP = 0xe9;
  private static final int SHORT_JUMP = 0xeb;

  private GeneralInstructions() {}

  private static boolean isConditionalJump(Instruction in) {
    return (in.opcode & ~0xf) == (Instruction.MAP_1 | 0x80) || (in.opcode & ~0xf) == 0x70;
  }

  /** Where the code can go on after an instruction. */
  static List<Integer> successors(Instruction in) {
    if (in.encoding != Instruction.Encoding.LEGACY) {
      return List.of(in.end);
    }
    int target = in.end + (int) in.immediate;
    return switch (in.opcode) {
      case RET -> List.of();
      case JUMP, SHORT_JUMP -> List.of(target);
      default -> isConditionalJump(in) ? List.of(in.end, target) : List.of(in.end);
    };
  }

  static Action action(Instruction in) {
    int target = in.end + (int) in.immediate;
    if (isConditionalJump(in)) {
      return conditionalJump(in, target);
    }
    int register = in.rm;
    int reg = in.reg;
    boolean wide = in.wide;
    long immediate = in.immediate;
    return switch (in.opcode) {
      case RET -> GeneralInstructions::ret;
      case JUMP, SHORT_JUMP -> machine -> machine.next = target;
      case 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57 ->
          machine -> machine.push(machine.registers[register]);
      case 0x58, 0x59, 0x5a, 0x5b, 0x5c, 0x5d, 0x5e, 0x5f ->
          machine -> machine.registers[register] = machine.pop();
      case 0xb8, 0xb9, 0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf ->
          machine -> machine.registers[register] = immediate;
      case 0xc7 -> {
        in.demand(in.reg == 0, "unknown to the emulator");
        Writer to = writer(in);
        yield machine -> to.write(machine, immediate);
      }
      case 0x89 -> {
        Writer to = writer(in);
        yield machine -> to.write(machine, machine.registers[reg]);
      }
      case 0x8b -> {
        demandNoHalfword(in);
        Reader from = reader(in);
        yield machine -> machine.registers[reg] = from.read(machine);
      }
      case 0x8d -> {
        in.demand(in.memory && wide, "unknown to the emulator");
        Reader address = address(in);
        yield machine -> machine.registers[reg] = address.read(machine);
      }
      case 0x01 -> arithmetic(in, 0, false);
      case 0x09 -> arithmetic(in, 1, false);
      case 0x21 -> arithmetic(in, 4, false);
      case 0x29 -> arithmetic(in, 5, false);
      case 0x31 -> arithmetic(in, 6, false);
      case 0x39 -> arithmetic(in, 7, false);
      case 0x85 -> arithmetic(in, TEST, false);
      case 0x81, 0x83 -> arithmetic(in, in.reg & 7, true);
      case 0xc1 -> shift(in);
      case Instruction.MAP_1 | 0xaf -> {
        in.demand(wide, "unknown to the emulator");
        Reader from = reader(in);
        yield machine -> multiply(machine, reg, from.read(machine));
      }
      case Instruction.MAP_1 | 0xb7 -> {
        in.demand(in.memory, "unknown to the emulator");
        Reader address = address(in);
        yield machine ->
            machine.registers[reg] = machine.memory.read16(address.read(machine)) & 0xffffL;
      }
      case Instruction.MAP_1 | 0x18 -> {
        in.demand(in.memory && in.reg < 4, "unknown to the emulator");
        // A prefetch of an address that may not be read does no harm.
        yield _ -> {};
      }
      default -> throw in.fault("unknown to the emulator");
    };
  }

  private static void ret(Machine machine) {
    long address = machine.pop();
    if (address != X86Emulator.RETURNED) {
      throw new EmulatorFault("returns to 0x%x, not to its caller".formatted(address));
    }
    machine.next = X86Emulator.RETURNED;
  }

  private static void multiply(Machine machine, int to, long by) {
    long product = machine.registers[to] * by;
    boolean fits = Math.multiplyHigh(machine.registers[to], by) == product >> 63;
    machine.carry = !fits;
    machine.overflow = !fits;
    machine.registers[to] = product;
  }

  // ---------------------------------------------------------------- operands

  private interface Reader {
    long read(Machine machine);
  }

  private interface Writer {
    void write(Machine machine, long value);
  }

  private static void demandNoHalfword(Instruction in) {
    in.demand(!in.halfword, "operands of 16 bits are unknown to the emulator here");
  }

  private static Reader address(Instruction in) {
    int base = in.base;
    int index = in.index;
    int scale = in.scale;
    long displacement = in.displacement;
    return machine -> machine.address(base, index, scale, displacement);
  }

  /** Reads the operand of ModRM, of 64 or 32 bits. */
  private static Reader reader(Instruction in) {
    int register = in.rm;
    if (!in.memory) {
      return in.wide
          ? machine -> machine.registers[register]
          : machine -> machine.registers[register] & 0xffff_ffffL;
    }
    Reader address = address(in);
    return in.wide
        ? machine -> machine.memory.read64(address.read(machine))
        : machine -> machine.memory.read32(address.read(machine)) & 0xffff_ffffL;
  }

  private static Writer writer(Instruction in) {
    int register = in.rm;
    if (!in.memory) {
      demandNoHalfword(in);
      return in.wide
          ? (machine, value) -> machine.registers[register] = value
          : (machine, value) -> machine.registers[register] = value & 0xffff_ffffL;
    }
    Reader address = address(in);
    if (in.halfword) {
      in.demand(!in.wide, "two sizes of operands");
      return (machine, value) -> machine.memory.write16(address.read(machine), (short) value);
    }
    return in.wide
        ? (machine, value) -> machine.memory.write64(address.read(machine), value)
        : (machine, value) -> machine.memory.write32(address.read(machine), (int) value);
  }

  // ---------------------------------------------------------------- arithmetic and flags

  /** Beside the numbers 0 to 7 that the opcodes have for arithmetic. */
  private static final int TEST = 8;

  private static Action arithmetic(Instruction in, int operation, boolean withImmediate) {
    demandNoHalfword(in);
    in.demand(operation != 2 && operation != 3, "unknown to the emulator");
    Reader first = reader(in);
    Writer to = writer(in);
    int reg = in.reg;
    long immediate = in.immediate;
    // 32-bit operands are computed in the upper halves, where the flags come out right.
    int shift = in.wide ? 0 : Integer.SIZE;
    boolean keeps = operation == 7 || operation == TEST;
    return machine -> {
      long b = withImmediate ? immediate : machine.registers[reg];
      long result = arithmetic(machine, operation, first.read(machine) << shift, b << shift);
      if (!keeps) {
        to.write(machine, result >>> shift);
      }
    };
  }

  private static long arithmetic(Machine machine, int operation, long a, long b) {
    long result =
        switch (operation) {
          case 0 -> a + b;
          case 1 -> a | b;
          case 4, TEST -> a & b;
          case 5, 7 -> a - b;
          default -> a ^ b;
        };
    machine.zero = result == 0;
    machine.sign = result < 0;
    switch (operation) {
      case 0 -> {
        machine.carry = Long.compareUnsigned(result, a) < 0;
        machine.overflow = ((a ^ result) & (b ^ result)) < 0;
      }
      case 5, 7 -> {
        machine.carry = Long.compareUnsigned(a, b) < 0;
        machine.overflow = ((a ^ b) & (a ^ result)) < 0;
      }
      default -> {
        machine.carry = false;
        machine.overflow = false;
      }
    }
    return result;
  }

  /** Shifts by an immediate; the flags carry and overflow, which nobody reads, stay. */
  private static Action shift(Instruction in) {
    demandNoHalfword(in);
    int count = (int) in.immediate & (in.wide ? 63 : 31);
    Reader from = reader(in);
    Writer to = writer(in);
    int digit = in.reg & 7;
    boolean wide = in.wide;
    in.demand(digit == 4 || digit == 5 || digit == 7, "unknown to the emulator");
    in.demand(count > 0, "a shift by zero");
    return machine -> {
      long value = from.read(machine);
      long result =
          switch (digit) {
            case 4 -> value << count;
            case 5 -> value >>> count;
            default -> wide ? value >> count : (int) value >> count;
          };
      machine.zero = wide ? result == 0 : (int) result == 0;
      machine.sign = wide ? result < 0 : (int) result < 0;
      to.write(machine, result);
    };
  }

  private static Action conditionalJump(Instruction in, int target) {
    boolean negated = (in.opcode & 1) != 0;
    Condition condition =
        switch ((in.opcode & 0xf) >> 1) {
          case 0 -> machine -> machine.overflow;
          case 1 -> machine -> machine.carry;
          case 2 -> machine -> machine.zero;
          case 3 -> machine -> machine.carry || machine.zero;
          case 4 -> machine -> machine.sign;
          case 6 -> machine -> machine.sign != machine.overflow;
          case 7 -> machine -> machine.zero || machine.sign != machine.overflow;
          default -> throw in.fault("parity is unknown to the emulator");
        };
    return machine -> {
      if (condition.holds(machine) != negated) {
        machine.next = target;
      }
    };
  }

  private interface Condition {
    boolean holds(Machine machine);
  }
}
