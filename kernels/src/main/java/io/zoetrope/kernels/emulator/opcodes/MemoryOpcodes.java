package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.machine.AddressOperand;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Space;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.parser.PtxType;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;
import java.util.Set;

/**
 * {@code ld} and {@code st} in all spaces (PTX ISA, "Data Movement and Conversion Instructions").
 * Caching hints change nothing here.
 */
final class MemoryOpcodes {
  private static final Set<String> HINTS =
      Set.of(
          "weak",
          "volatile",
          "relaxed",
          "acquire",
          "release",
          "cta",
          "gpu",
          "sys",
          "nc",
          "ca",
          "cg",
          "cs",
          "lu",
          "cv",
          "wb",
          "wt",
          "L1::evict_normal",
          "L1::evict_unchanged",
          "L1::evict_first",
          "L1::evict_last",
          "L1::no_allocate",
          "L2::64B",
          "L2::128B",
          "L2::256B");

  private MemoryOpcodes() {}

  /** What the parts of an opcode say. */
  private record Access(StateSpace space, PtxType type, int elements) {
    int width() {
      return type.bytes() * elements;
    }
  }

  static Instruction.Action load(OperandReader operands) {
    operands.requireCount(2);
    Access access = parse(operands);
    List<Operand> targets = operands.elements(0);
    if (targets.size() != access.elements()) {
      throw operands.error("a vector of " + targets.size() + " elements");
    }
    boolean wide = operands.isLong(targets.getFirst());
    int[] registers =
        targets.stream()
            .mapToInt(t -> wide ? operands.longTarget(t) : operands.wordTarget(t))
            .toArray();
    boolean half = operands.type(targets.getFirst()).bytes() == 2;
    AddressOperand address = operands.address(1);
    operands.accessWidth(access.space(), access.width());
    operands.kind(
        switch (access.space()) {
          case GLOBAL -> InstructionClass.GLOBAL_LOAD;
          case SHARED -> InstructionClass.SHARED_LOAD;
          case LOCAL -> InstructionClass.LOCAL_LOAD;
          case PARAMETER -> InstructionClass.PARAMETER;
          default -> InstructionClass.GENERIC;
        });
    return new Load(access, registers, wide, half, address);
  }

  static Instruction.Action store(OperandReader operands) {
    operands.requireCount(2);
    Access access = parse(operands);
    List<Operand> values = operands.elements(1);
    if (values.size() != access.elements() || access.space() == StateSpace.PARAMETER) {
      throw operands.error("a store that is not supported");
    }
    boolean wide = access.type().bytes() == 8 || operands.isLong(values.getFirst());
    int[] registers =
        values.stream()
            .mapToInt(v -> wide ? operands.longSource(v) : operands.wordSource(v))
            .toArray();
    operands.accessWidth(access.space(), access.width());
    operands.kind(
        switch (access.space()) {
          case GLOBAL -> InstructionClass.GLOBAL_STORE;
          case SHARED -> InstructionClass.SHARED_STORE;
          case LOCAL -> InstructionClass.LOCAL_STORE;
          default -> InstructionClass.GENERIC;
        });
    return new Store(access, registers, wide, operands.address(0));
  }

  private static Access parse(OperandReader operands) {
    List<String> parts = operands.opcode();
    StateSpace space = StateSpace.GENERIC;
    PtxType type = null;
    int elements = 1;
    for (String part : parts.subList(1, parts.size())) {
      if (StateSpace.of(part) != null) {
        space = StateSpace.of(part);
      } else if (part.equals("v2") || part.equals("v4")) {
        elements = part.charAt(1) - '0';
      } else if (PtxType.of(part) != null) {
        type = PtxType.of(part);
      } else if (!HINTS.contains(part)) {
        throw operands.unknown();
      }
    }
    if (type == null || type.bytes() == 0 || type.bytes() * elements > 16) {
      throw operands.unknown();
    }
    return new Access(space, type, elements);
  }

  /** Reads the elements of one lane into its registers, extended to their width. */
  private static void read(
      Warp warp,
      int lane,
      MemoryRegion region,
      int offset,
      Access access,
      int[] registers,
      boolean wide,
      boolean half) {
    int bytes = access.type().bytes();
    for (int i = 0; i < registers.length; i++) {
      int at = offset + i * bytes;
      if (bytes == 8) {
        warp.wide(registers[i])[lane] = region.getLong(at);
        continue;
      }
      int value = extended(region, at, access.type());
      if (wide) {
        warp.wide(registers[i])[lane] = access.type().signed() ? value : value & 0xFFFFFFFFL;
      } else {
        warp.word(registers[i])[lane] = half ? value & 0xFFFF : value;
      }
    }
  }

  private static int extended(MemoryRegion region, int offset, PtxType type) {
    return switch (type.bytes()) {
      case 4 -> region.getInt(offset);
      case 2 -> type.signed() ? (short) region.getShort(offset) : region.getShort(offset);
      default -> type.signed() ? (byte) region.getByte(offset) : region.getByte(offset);
    };
  }

  private record Load(
      Access access, int[] registers, boolean wide, boolean half, AddressOperand address)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      long[] addresses = warp.addresses();
      address.gather(warp, mask, addresses);
      Space space = access.space().in(warp);
      int width = access.width();
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        MemoryRegion region = space.access(warp, lane, addresses[lane], width, AccessMode.READ);
        int offset = (int) (addresses[lane] - region.base());
        read(warp, lane, region, offset, access, registers, wide, half);
      }
      space.count(warp, mask, addresses, width);
    }
  }

  private record Store(Access access, int[] registers, boolean wide, AddressOperand address)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      long[] addresses = warp.addresses();
      address.gather(warp, mask, addresses);
      Space space = access.space().in(warp);
      int width = access.width();
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        MemoryRegion region = space.access(warp, lane, addresses[lane], width, AccessMode.WRITE);
        write(warp, lane, region, (int) (addresses[lane] - region.base()));
      }
      space.count(warp, mask, addresses, width);
    }

    private void write(Warp warp, int lane, MemoryRegion region, int offset) {
      int bytes = access.type().bytes();
      for (int i = 0; i < registers.length; i++) {
        long value = wide ? warp.wide(registers[i])[lane] : warp.word(registers[i])[lane];
        int at = offset + i * bytes;
        switch (bytes) {
          case 8 -> region.putLong(at, value);
          case 4 -> region.putInt(at, (int) value);
          case 2 -> region.putShort(at, (int) value);
          default -> region.putByte(at, (int) value);
        }
      }
    }
  }
}
