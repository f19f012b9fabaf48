package io.zoetrope.kernels.cpu.jit.emulator;

import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.narrow;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.noMask;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.noSource;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.vex;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.PF2;

import io.zoetrope.kernels.cpu.jit.emulator.VectorForms.Form;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator.Action;

/** What the vector instructions do that move elements and compute nothing. */
final class VectorMoves {
  private VectorMoves() {}

  private static void copy(int[] v, int to, int from, int lanes) {
    System.arraycopy(v, from, v, to, lanes);
  }

  /** The size of elements, which only masks tell apart: 0 for floats, 1 where W and F2 tell. */
  private static Form moved(Instruction in, int kind) {
    int bits =
        kind == 0
            ? Integer.SIZE
            : (in.opcode & PF2) == PF2
                ? (in.wide ? Short.SIZE : Byte.SIZE)
                : in.wide ? Long.SIZE : Integer.SIZE;
    in.demand(bits != Byte.SIZE && (kind == 1 || !in.evex() || !in.wide), "encoding");
    in.demand(in.evex() || (in.opcode & PF2) != PF2, "encoding");
    return new Form(in.lanes(), in.lanes(), bits, 0, true);
  }

  static Action move(Instruction in, int kind) {
    return VectorForms.compute(
        noSource(in), moved(in, kind), (v, to, _, b, n) -> copy(v, to, b, n));
  }

  static Action moveTo(Instruction in, int kind) {
    Form form = moved(noSource(in), kind);
    return in.memory && in.mask == 0
        ? VectorForms.store(in, in.lanes())
        : VectorForms.computeOperand(in, form, (v, to, a, _, n) -> copy(v, to, a, n));
  }

  static Action loadOne(Instruction in, int lanes) {
    in.demand(in.memory && (!in.evex() || in.wide == (lanes == 2)), "encoding");
    return VectorForms.compute(
        noMask(noSource(in)),
        new Form(lanes, lanes, Integer.SIZE * lanes, 0, true),
        (v, to, _, b, n) -> copy(v, to, b, n));
  }

  static Action moveHighToLow(Instruction in) {
    in.demand(!in.memory && in.bits == 128, "encoding");
    return VectorForms.computeLowest(
        narrow(in), in.source, 4, 2, (v, to, _, b, _) -> copy(v, to, b + 2, 2));
  }

  static Action zeroUpper(Instruction in) {
    in.demand(vex(noSource(in)).bits == 128, "vzeroall is unknown to the emulator");
    return machine -> {
      for (int register = 0; register < 16; register++) {
        machine.clearFrom(register * Machine.LANES, 4);
      }
    };
  }

  static Action moveFromGeneral(Instruction in) {
    in.demand(!in.memory && in.bits == 128 && !in.wide, "encoding");
    int to = noMask(noSource(in)).reg * Machine.LANES;
    int from = in.rm & 15;
    return machine -> {
      machine.vectors[to] = (int) machine.registers[from];
      machine.clearFrom(to, 1);
    };
  }

  static Action moveToGeneral(Instruction in) {
    in.demand(!in.memory && in.bits == 128 && !in.wide, "encoding");
    int from = noMask(noSource(in)).reg * Machine.LANES;
    int to = in.rm & 15;
    return machine -> machine.registers[to] = machine.vectors[from] & 0xffff_ffffL;
  }

  static Action broadcast(Instruction in) {
    in.demand(!in.wide, "W");
    return VectorForms.compute(
        noSource(in),
        new Form(1, in.lanes(), Integer.SIZE, 0, in.memory),
        (v, to, _, b, n) -> {
          int value = v[b];
          for (int i = 0; i < n; i++) {
            v[to + i] = value;
          }
        });
  }

  static Action extract(Instruction in, int lanes) {
    int from = lanes * ((int) in.immediate & in.lanes() / lanes - 1);
    return VectorForms.computeOperand(
        noSource(in),
        new Form(lanes, lanes, lanes == 4 ? Integer.SIZE : Long.SIZE, 0, false),
        (v, to, a, _, n) -> copy(v, to, a + from, n));
  }

  static Action permuteLongs(Instruction in) {
    in.demand(in.bits >= 256 && in.wide, "encoding");
    int order = (int) in.immediate;
    return VectorForms.compute(
        noMask(noSource(in)),
        new Form(in.lanes(), in.lanes(), Long.SIZE, 2, false),
        (v, to, _, b, n) -> {
          for (int i = 0; i < n / 2; i++) {
            int from = i & ~3 | order >> 2 * (i & 3) & 3;
            copy(v, to + 2 * i, b + 2 * from, 2);
          }
        });
  }

  static Action shuffle(Instruction in) {
    int order = (int) in.immediate;
    return VectorForms.compute(
        noMask(narrow(in)),
        new Form(in.lanes(), in.lanes(), Integer.SIZE, 1, false),
        (v, to, a, b, n) -> {
          for (int i = 0; i < n; i++) {
            int from = i & ~3 | order >> 2 * (i & 3) & 3;
            v[to + i] = v[((i & 3) < 2 ? a : b) + from];
          }
        });
  }

  /** Ints to shorts without sign, the first operand's and the second's in turn by 128 bits. */
  static Action pack(Instruction in) {
    return VectorForms.compute(
        noMask(narrow(in)),
        new Form(in.lanes(), in.lanes(), Short.SIZE, 1, false),
        (v, to, a, b, n) -> {
          for (int i = 0; i < 2 * n; i++) {
            int from = ((i & 4) == 0 ? a : b) + (i >> 3) * 4 + (i & 3);
            int value = Math.clamp(v[from], 0, 0xffff);
            VectorForms.set(v, to, i, Short.SIZE, value);
          }
        });
  }

  static Action unpackShorts(Instruction in, int start) {
    return VectorForms.compute(
        vex(in),
        new Form(in.lanes(), in.lanes(), Short.SIZE, 0, false),
        (v, to, a, b, n) -> {
          for (int i = 0; i < n; i++) {
            int lane = (i & ~3) + start + (i & 3) / 2;
            int bits = 16 * (i & 1);
            v[to + i] = v[a + lane] >>> bits & 0xffff | v[b + lane] >>> bits << 16;
          }
        });
  }

  static Action insert(Instruction in) {
    in.demand(vex(in).bits == 256 && !in.wide, "encoding");
    int at = 4 * ((int) in.immediate & 1);
    return VectorForms.compute(
        in,
        new Form(4, in.lanes(), Integer.SIZE, 0, false),
        (v, to, a, b, n) -> {
          copy(v, to, a, n);
          copy(v, to + at, b, 4);
        });
  }

  static Action blendShorts(Instruction in) {
    int chosen = (int) in.immediate;
    return VectorForms.compute(
        vex(in),
        Form.ofFloats(in),
        (v, to, a, b, n) -> {
          for (int i = 0; i < n; i++) {
            int bits = chosen >> 2 * (i & 3);
            int mask = ((bits & 1) != 0 ? 0xffff : 0) | ((bits & 2) != 0 ? 0xffff0000 : 0);
            v[to + i] = v[a + i] & ~mask | v[b + i] & mask;
          }
        });
  }
}
