package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Warp;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;

/** Instructions in which the lanes of a warp talk to each other: shuffles, votes, reductions. */
final class WarpOpcodes {
  private WarpOpcodes() {}

  /** The lanes that the mask names must all be here, and no others (PTX ISA, "membermask"). */
  private static void requireMembers(Warp warp, int mask, int register) {
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      int lane = Integer.numberOfTrailingZeros(rest);
      int members = warp.word(register)[lane];
      if ((members & warp.running()) != mask) {
        throw warp.fault(
            Finding.DIVERGENCE,
            lane,
            0,
            "member mask %08x, but lanes %08x are here".formatted(members, mask));
      }
    }
  }

  /** {@code shfl.sync.mode.b32 d[|p], a, b, c, membermask}. */
  static Instruction.Action shuffle(OperandReader operands) {
    operands.kind(InstructionClass.WARP);
    operands.requireCount(5);
    List<String> parts = operands.opcode();
    if (parts.size() != 4
        || !parts.get(1).equals("sync")
        || !List.of("up", "down", "bfly", "idx").contains(parts.get(2))
        || !parts.get(3).equals("b32")) {
      throw operands.unknown();
    }
    Operand first = operands.operand(0);
    int predicate = -1;
    if (first instanceof Operand.Pair(Operand d, Operand p)) {
      first = d;
      predicate = operands.predicateTarget(p);
    }
    return new Shuffle(
        parts.get(2),
        operands.wordTarget(first),
        predicate,
        operands.wordSource(1),
        operands.wordSource(2),
        operands.wordSource(3),
        operands.wordSource(4));
  }

  /**
   * Exchanges words between lanes. The clamp operand c holds in bits 8 to 12 which bits of the lane
   * number name the segment, and in bits 0 to 4 the last (for {@code up} the first) lane in it.
   */
  private record Shuffle(
      String mode, int target, int predicate, int source, int b, int c, int members)
      implements Instruction.Action {
    @Override
    public void execute(Warp warp, int mask) {
      requireMembers(warp, mask, members);
      int[] values = warp.word(source).clone();
      int[] d = warp.word(target);
      int inRange = 0;
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        int from = sourceLane(lane, warp.word(b)[lane] & 31, warp.word(c)[lane]);
        if (from >= 0) {
          inRange |= 1 << lane;
        } else {
          from = lane;
        }
        if ((mask >>> from & 1) == 0) {
          throw warp.fault(
              Finding.DIVERGENCE, lane, 0, "reads lane " + from + ", which takes no part");
        }
        d[lane] = values[from];
      }
      if (predicate >= 0) {
        warp.setPredicate(predicate, mask, inRange);
      }
    }

    /** The lane to read from; -1 where it is out of range. */
    private int sourceLane(int lane, int b, int c) {
      int segment = c >>> 8 & 31;
      int clamp = c & 31;
      int last = lane & segment | clamp & ~segment;
      return switch (mode) {
        case "up" -> lane - b >= last ? lane - b : -1;
        case "down" -> lane + b <= last ? lane + b : -1;
        case "bfly" -> (lane ^ b) <= last ? lane ^ b : -1;
        default -> {
          int from = lane & segment | b & ~segment;
          yield from <= last ? from : -1;
        }
      };
    }
  }

  /** {@code vote.sync.mode d, [!]p, membermask}. */
  static Instruction.Action vote(OperandReader operands) {
    operands.kind(InstructionClass.WARP);
    operands.requireCount(3);
    List<String> parts = operands.opcode();
    String mode = parts.size() == 4 && parts.get(1).equals("sync") ? parts.get(2) : "";
    boolean ballot = mode.equals("ballot") && parts.getLast().equals("b32");
    if (!ballot
        && !(List.of("all", "any", "uni").contains(mode) && parts.getLast().equals("pred"))) {
      throw operands.unknown();
    }
    int predicate = operands.predicateSource(1);
    int invert = operands.operand(1) instanceof Operand.Negated ? -1 : 0;
    int members = operands.wordSource(2);
    int target = ballot ? operands.wordTarget(0) : operands.predicateTarget(operands.operand(0));
    return (warp, mask) -> {
      requireMembers(warp, mask, members);
      int votes = (warp.predicate(predicate) ^ invert) & mask;
      if (ballot) {
        fill(warp, mask, target, votes);
        return;
      }
      boolean result =
          switch (mode) {
            case "all" -> votes == mask;
            case "any" -> votes != 0;
            default -> votes == mask || votes == 0;
          };
      warp.setPredicate(target, mask, result ? -1 : 0);
    };
  }

  /** {@code activemask.b32 d}. */
  static Instruction.Action activeMask(OperandReader operands) {
    operands.kind(InstructionClass.WARP);
    operands.requireCount(1);
    int target = operands.wordTarget(0);
    return (warp, mask) -> fill(warp, mask, target, mask);
  }

  /** {@code bar.warp.sync membermask}. */
  static Instruction.Action warpBarrier(OperandReader operands) {
    operands.kind(InstructionClass.BARRIER);
    operands.requireCount(1);
    int members = operands.wordSource(0);
    return (warp, mask) -> {
      requireMembers(warp, mask, members);
      if (mask == warp.running()) {
        warp.block().shared().races().warpBarrier(warp.index());
      }
    };
  }

  private static void fill(Warp warp, int mask, int target, int value) {
    int[] d = warp.word(target);
    for (int rest = mask; rest != 0; rest &= rest - 1) {
      d[Integer.numberOfTrailingZeros(rest)] = value;
    }
  }
}
