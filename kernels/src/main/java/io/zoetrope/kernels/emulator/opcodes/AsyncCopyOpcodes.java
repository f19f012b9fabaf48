package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.machine.AddressOperand;
import io.zoetrope.kernels.emulator.machine.AsyncCopies;
import io.zoetrope.kernels.emulator.machine.GlobalSpace;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;

/** {@code cp.async} and its groups (PTX ISA, "cp.async"). */
final class AsyncCopyOpcodes {
  private AsyncCopyOpcodes() {}

  static Instruction.Action decode(OperandReader operands) {
    operands.kind(InstructionClass.ASYNC_COPY);
    List<String> parts = operands.opcode();
    String last = parts.getLast();
    if (parts.size() < 3 || !parts.get(1).equals("async")) {
      throw operands.unknown();
    }
    switch (parts.get(2)) {
      case "commit_group":
        operands.requireCount(0);
        return together((warp, _) -> warp.copies().commit());
      case "wait_group":
        operands.requireCount(1);
        int pending = (int) operands.constant(0);
        return together((warp, _) -> warp.copies().waitGroups(warp, pending));
      case "wait_all":
        operands.requireCount(0);
        return together((warp, _) -> warp.copies().waitAll(warp));
      case "ca", "cg":
        if (parts.size() < 5 || !(last.equals("global") || last.startsWith("L2::"))) {
          throw operands.unknown();
        }
        return copy(operands);
      default:
        throw operands.unknown();
    }
  }

  /** Groups belong to threads; the lanes of a warp must handle theirs together here. */
  private static Instruction.Action together(Instruction.Action action) {
    return (warp, mask) -> {
      if (mask != warp.running()) {
        throw warp.fault(
            Finding.DIVERGENCE,
            Integer.numberOfTrailingZeros(mask),
            0,
            "lanes %08x without lanes %08x; the emulator wants whole warps here"
                .formatted(mask, warp.running() & ~mask));
      }
      action.execute(warp, mask);
    };
  }

  private static Instruction.Action copy(OperandReader operands) {
    AddressOperand target = operands.address(0);
    AddressOperand source = operands.address(1);
    int width = (int) operands.constant(2);
    boolean cacheAll = operands.opcode().get(2).equals("ca");
    if (width != 16 && !(cacheAll && (width == 4 || width == 8)) || operands.count() > 4) {
      throw operands.unknown();
    }
    int size = operands.count() == 4 ? operands.wordSource(3) : -1;
    operands.accessWidth(StateSpace.SHARED, width);
    operands.accessWidth(StateSpace.GLOBAL, width);
    return new Copy(target, source, width, size);
  }

  /**
   * A copy of 4, 8 or 16 bytes per lane.
   *
   * @param size register of the bytes to read, the rest becoming zero; -1 for all
   */
  private record Copy(AddressOperand target, AddressOperand source, int width, int size)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      long[] targets = new long[32];
      long[] sources = warp.addresses();
      target.gather(warp, mask, targets);
      source.gather(warp, mask, sources);
      int reading = 0;
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        int bytes = size < 0 ? width : warp.word(size)[lane];
        warp.block().shared().startCopy(warp, lane, targets[lane], width);
        MemoryRegion region = null;
        int offset = 0;
        if (bytes != 0) {
          region = read(warp, lane, sources[lane], bytes);
          offset = (int) (sources[lane] - region.base());
          reading |= 1 << lane;
        }
        warp.copies()
            .add(new AsyncCopies.Copy(lane, (int) targets[lane], width, region, offset, bytes));
      }
      warp.block().global().count(warp, reading, sources, width);
    }

    /** Checks the bytes that are read; the address must fit the full width in any case. */
    private MemoryRegion read(Warp warp, int lane, long address, int bytes) {
      if (bytes < 0 || bytes > width) {
        throw warp.fault(
            Finding.OUT_OF_BOUNDS, lane, address, "copies " + bytes + " of " + width + " bytes");
      }
      if ((address & width - 1) != 0) {
        throw warp.fault(
            Finding.MISALIGNED,
            lane,
            address,
            "asynchronous copy of %d bytes from 0x%x".formatted(width, address));
      }
      GlobalSpace global = warp.block().global();
      if (bytes == width) {
        return global.access(warp, lane, address, width, AccessMode.READ);
      }
      MemoryRegion region = null;
      for (int i = 0; i < bytes; i++) {
        region = global.access(warp, lane, address + i, 1, AccessMode.READ);
      }
      return region;
    }
  }
}
