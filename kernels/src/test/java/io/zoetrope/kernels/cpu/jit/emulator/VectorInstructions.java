package io.zoetrope.kernels.cpu.jit.emulator;

import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.narrow;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.noMask;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.noSource;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.vex;
import static io.zoetrope.kernels.cpu.jit.emulator.EncodingDemands.wide;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.MAP_1;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.MAP_2;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.MAP_3;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.P66;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.PF2;
import static io.zoetrope.kernels.cpu.jit.emulator.Instruction.PF3;

import io.zoetrope.kernels.cpu.jit.emulator.VectorForms.Form;
import io.zoetrope.kernels.cpu.jit.emulator.VectorForms.Lanes;
import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator.Action;

/** What vector instructions do, by opcode (Intel SDM, volume 2). */
final class VectorInstructions {
  static final int DOT_PRODUCT = MAP_2 | PF3 | 0x52;

  private static final int NARROW_FLOAT = MAP_2 | PF3 | 0x72;

  private VectorInstructions() {}

  static boolean isBfloat16(Instruction in) {
    return in.opcode == DOT_PRODUCT || in.opcode == NARROW_FLOAT;
  }

  /** The three orders of operands, 132, 213 and 231, lie 16 opcodes apart. */
  static boolean isFma(Instruction in) {
    int opcode = in.opcode & 0xff;
    return (in.opcode & ~0xff) == (MAP_2 | P66)
        && opcode >= 0x98
        && opcode <= 0xbf
        && (opcode & 0xf) >= 8;
  }

  static Action action(Instruction in) {
    if (isFma(in)) {
      return fma(in);
    }
    return switch (in.opcode) {
      case MAP_1 | 0x10, MAP_1 | 0x28 -> VectorMoves.move(in, 0);
      case MAP_1 | 0x11, MAP_1 | 0x29 -> VectorMoves.moveTo(in, 0);
      case MAP_1 | PF3 | 0x6f, MAP_1 | P66 | 0x6f, MAP_1 | P66 | 0x10, MAP_1 | PF2 | 0x6f ->
          VectorMoves.move(in, 1);
      case MAP_1 | PF3 | 0x7f, MAP_1 | P66 | 0x7f, MAP_1 | P66 | 0x11, MAP_1 | PF2 | 0x7f ->
          VectorMoves.moveTo(in, 1);
      case MAP_1 | PF3 | 0x10 -> VectorMoves.loadOne(in, 1);
      case MAP_1 | PF2 | 0x10 -> VectorMoves.loadOne(in, 2);
      case MAP_1 | PF3 | 0x11 -> VectorForms.store(narrow(noSource(in)), 1);
      case MAP_1 | PF2 | 0x11 -> VectorForms.store(wide(noSource(in)), 2);
      case MAP_1 | 0x12 -> VectorMoves.moveHighToLow(in);
      case MAP_1 | 0x77 -> VectorMoves.zeroUpper(in);
      case MAP_1 | P66 | 0x6e -> VectorMoves.moveFromGeneral(in);
      case MAP_1 | P66 | 0x7e -> VectorMoves.moveToGeneral(in);
      case MAP_2 | P66 | 0x18 -> VectorMoves.broadcast(in);
      case MAP_1 | 0x51, MAP_1 | 0x54, MAP_1 | 0x55, MAP_1 | 0x56, MAP_1 | 0x57 ->
          VectorForms.compute(
              in.opcode == (MAP_1 | 0x51) ? noSource(narrow(in)) : narrow(in),
              Form.ofFloats(in),
              floatOperation(in));
      case MAP_1 | 0x58, MAP_1 | 0x59, MAP_1 | 0x5c, MAP_1 | 0x5d, MAP_1 | 0x5e, MAP_1 | 0x5f ->
          VectorForms.compute(narrow(in), Form.ofFloats(in), floatOperation(in));
      case MAP_1 | PF3 | 0x51,
          MAP_1 | PF3 | 0x58,
          MAP_1 | PF3 | 0x59,
          MAP_1 | PF3 | 0x5c,
          MAP_1 | PF3 | 0x5d,
          MAP_1 | PF3 | 0x5e,
          MAP_1 | PF3 | 0x5f ->
          VectorForms.computeLowest(narrow(in), in.source, 1, 1, floatOperation(in));
      case MAP_1 | P66 | 0x58, MAP_1 | P66 | 0x59, MAP_1 | P66 | 0x5c, MAP_1 | P66 | 0x5e ->
          VectorForms.compute(wide(in), Form.ofDoubles(in), doubleOperation(in));
      case MAP_1 | PF2 | 0x51,
          MAP_1 | PF2 | 0x58,
          MAP_1 | PF2 | 0x59,
          MAP_1 | PF2 | 0x5c,
          MAP_1 | PF2 | 0x5d,
          MAP_1 | PF2 | 0x5e,
          MAP_1 | PF2 | 0x5f ->
          VectorForms.computeLowest(wide(in), in.source, 2, 2, doubleOperation(in));
      case MAP_1 | 0x5a ->
          VectorForms.compute(
              noSource(narrow(in)),
              new Form(in.lanes() / 2, in.lanes(), Long.SIZE, 1, false),
              VectorInstructions::widen);
      case MAP_1 | PF3 | 0x5a ->
          VectorForms.computeLowest(narrow(in), in.source, 1, 2, VectorInstructions::widen);
      case MAP_1 | PF2 | 0x5a ->
          VectorForms.computeLowest(
              wide(in),
              in.source,
              2,
              1,
              (v, to, _, b, _) -> v[to] = Floats.narrow(VectorForms.get(v, b, 0, Long.SIZE)));
      case MAP_1 | 0x5b, MAP_1 | P66 | 0x5b ->
          VectorForms.compute(noSource(narrow(in)), Form.ofFloats(in), intOperation(in));
      case MAP_1 | P66 | 0xfe, MAP_1 | P66 | 0xfa ->
          VectorForms.compute(narrow(in), Form.ofFloats(in), intOperation(in));
      case MAP_1 | P66 | 0xdd -> shorts(in, (a, b) -> Math.min(a + b, 0xffff));
      case MAP_1 | P66 | 0xd9 -> shorts(in, (a, b) -> Math.max(a - b, 0));
      case MAP_2 | P66 | 0x3a -> shorts(in, Math::min);
      case MAP_1 | P66 | 0xee -> shorts(in, (a, b) -> Math.max((short) a, (short) b));
      case MAP_1 | P66 | 0x61 -> VectorMoves.unpackShorts(in, 0);
      case MAP_1 | P66 | 0x69 -> VectorMoves.unpackShorts(in, 2);
      case MAP_1 | P66 | 0x72 -> shift(in);
      case MAP_1 | 0xc2 -> in.evex() ? compareToMask(in) : compare(in);
      case MAP_1 | 0xc6 -> VectorMoves.shuffle(in);
      case MAP_2 | P66 | 0x13 ->
          VectorForms.compute(
              noSource(narrow(in)),
              new Form(in.lanes() / 2, in.lanes(), Integer.SIZE, 0, false),
              (v, to, _, b, n) -> {
                for (int i = 0; i < n; i++) {
                  v[to + i] = Floats.ofHalf(v[b + i / 2] >>> 16 * (i % 2) & 0xffff);
                }
              });
      case MAP_2 | P66 | 0x21 ->
          VectorForms.compute(
              noSource(in),
              new Form(in.lanes() / 4, in.lanes(), Integer.SIZE, 0, false),
              (v, to, _, b, n) -> {
                for (int i = 0; i < n; i++) {
                  v[to + i] = (byte) (v[b + i / 4] >>> 8 * (i % 4));
                }
              });
      case MAP_2 | P66 | 0x31 ->
          VectorForms.compute(
              noSource(in),
              new Form(in.lanes() / 4, in.lanes(), Integer.SIZE, 0, false),
              (v, to, _, b, n) -> {
                for (int i = 0; i < n; i++) {
                  v[to + i] = v[b + i / 4] >>> 8 * (i % 4) & 0xff;
                }
              });
      case MAP_2 | P66 | 0x33 ->
          VectorForms.compute(
              noSource(in),
              new Form(in.lanes() / 2, in.lanes(), Integer.SIZE, 0, false),
              (v, to, _, b, n) -> {
                for (int i = 0; i < n; i++) {
                  v[to + i] = v[b + i / 2] >>> 16 * (i % 2) & 0xffff;
                }
              });
      case MAP_2 | P66 | 0x35 ->
          VectorForms.compute(
              noSource(narrow(in)),
              new Form(in.lanes() / 2, in.lanes(), Integer.SIZE, 0, false),
              (v, to, _, b, n) -> {
                for (int i = 0; i < n; i++) {
                  v[to + i] = i % 2 == 0 ? v[b + i / 2] : 0;
                }
              });
      case MAP_2 | P66 | 0x2b -> VectorMoves.pack(in);
      case MAP_2 | PF3 | 0x33 -> {
        in.demand(in.evex() && !in.wide, "encoding");
        yield VectorForms.computeOperand(
            noSource(in),
            new Form(in.lanes(), in.lanes() / 2, Short.SIZE, 0, false),
            (v, to, a, _, n) -> {
              for (int i = 0; i < n; i++) {
                v[to + i] = v[a + 2 * i] & 0xffff | v[a + 2 * i + 1] << 16;
              }
            });
      }
      case MAP_2 | P66 | 0x65 -> blendByMask(in);
      case DOT_PRODUCT -> {
        in.demand(in.evex() && !in.wide, "encoding");
        yield VectorForms.compute(in, Form.ofFloats(in), VectorInstructions::dotProduct);
      }
      case NARROW_FLOAT -> {
        in.demand(in.evex() && !in.wide, "encoding");
        yield VectorForms.compute(
            noSource(in),
            new Form(in.lanes(), in.lanes() / 2, Short.SIZE, 1, false),
            (v, to, _, b, n) -> {
              for (int i = 0; i < n; i++) {
                v[to + i] =
                    Floats.narrowToBfloat16(v[b + 2 * i])
                        | Floats.narrowToBfloat16(v[b + 2 * i + 1]) << 16;
              }
            });
      }
      case MAP_3 | P66 | 0x08 -> round(in);
      case MAP_3 | P66 | 0x4a -> blend(in);
      case MAP_3 | P66 | 0x0e -> VectorMoves.blendShorts(in);
      case MAP_3 | P66 | 0x00 -> VectorMoves.permuteLongs(in);
      case MAP_3 | P66 | 0x18 -> VectorMoves.insert(in);
      case MAP_3 | P66 | 0x19 -> {
        in.demand(in.bits >= 256 && !in.wide, "encoding");
        yield VectorMoves.extract(in, 4);
      }
      case MAP_3 | P66 | 0x1b -> {
        in.demand(in.evex() && in.bits == 512 && in.wide, "encoding");
        yield VectorMoves.extract(in, 8);
      }
      default -> throw in.fault("unknown to the emulator");
    };
  }

  // ---------------------------------------------------------------- arithmetic

  /** Combines shorts, which an operation is given without their signs. */
  private static Action shorts(Instruction in, IntOperation operation) {
    return VectorForms.compute(
        vex(in),
        Form.ofFloats(in),
        each((a, b) ->
            operation.apply(a & 0xffff, b & 0xffff) & 0xffff
                | operation.apply(a >>> 16, b >>> 16) << 16));
  }

  private interface IntOperation {
    int apply(int a, int b);
  }

  private interface LongOperation {
    long apply(long a, long b);
  }

  private static Lanes each(IntOperation operation) {
    return (v, to, a, b, n) -> {
      for (int i = 0; i < n; i++) {
        v[to + i] = operation.apply(v[a + i], v[b + i]);
      }
    };
  }

  private static Lanes eachDouble(LongOperation operation) {
    return (v, to, a, b, n) -> {
      for (int i = 0; i < n / 2; i++) {
        long x = VectorForms.get(v, a, i, Long.SIZE);
        long y = VectorForms.get(v, b, i, Long.SIZE);
        VectorForms.set(v, to, i, Long.SIZE, operation.apply(x, y));
      }
    };
  }

  /** The most frequent ones have loops of their own, which the compiler can inline. */
  private static Lanes floatOperation(Instruction in) {
    return switch (in.opcode & 0xff) {
      case 0x51 -> each((_, b) -> Floats.squareRoot(b));
      case 0x54 -> each((a, b) -> a & b);
      case 0x55 -> each((a, b) -> ~a & b);
      case 0x56 -> each((a, b) -> a | b);
      case 0x57 -> each((a, b) -> a ^ b);
      case 0x58 ->
          (v, to, a, b, n) -> {
            for (int i = 0; i < n; i++) {
              v[to + i] = Floats.add(v[a + i], v[b + i]);
            }
          };
      case 0x59 ->
          (v, to, a, b, n) -> {
            for (int i = 0; i < n; i++) {
              v[to + i] = Floats.multiply(v[a + i], v[b + i]);
            }
          };
      case 0x5c -> each(Floats::subtract);
      case 0x5d -> each(Floats::min);
      case 0x5e -> each(Floats::divide);
      default -> each(Floats::max);
    };
  }

  private static Lanes doubleOperation(Instruction in) {
    return switch (in.opcode & 0xff) {
      case 0x51 -> eachDouble((_, b) -> Floats.squareRoot(b));
      case 0x58 -> eachDouble(Floats::add);
      case 0x59 -> eachDouble(Floats::multiply);
      case 0x5c -> eachDouble(Floats::subtract);
      case 0x5d -> eachDouble(Floats::min);
      case 0x5e -> eachDouble(Floats::divide);
      default -> eachDouble(Floats::max);
    };
  }

  private static Lanes intOperation(Instruction in) {
    return switch (in.opcode) {
      case MAP_1 | 0x5b -> each((_, b) -> Float.floatToRawIntBits(b));
      case MAP_1 | P66 | 0x5b -> each((_, b) -> Floats.toInt(b));
      case MAP_1 | P66 | 0xfa -> each((a, b) -> a - b);
      default -> each(Integer::sum);
    };
  }

  private static void widen(int[] v, int to, int a, int b, int lanes) {
    for (int i = 0; i < lanes / 2; i++) {
      VectorForms.set(v, to, i, Long.SIZE, Floats.widen(v[b + i]));
    }
  }

  /** The bits of the opcode: scalar or vector, difference or sum, product negated or not. */
  private static Action fma(Instruction in) {
    boolean scalar = (in.opcode & 1) != 0;
    boolean subtracted = (in.opcode & 2) != 0;
    boolean negated = (in.opcode & 4) != 0;
    int order = in.opcode >> 4 & 0xf;
    Lanes operation =
        in.wide ? doubleFma(order, negated, subtracted) : floatFma(order, negated, subtracted);
    int lanes = in.wide ? 2 : 1;
    if (scalar) {
      return VectorForms.computeLowest(in, in.reg, lanes, lanes, operation);
    }
    return VectorForms.compute(in, in.wide ? Form.ofDoubles(in) : Form.ofFloats(in), operation);
  }

  private static Lanes floatFma(int order, boolean negated, boolean subtracted) {
    int flipProduct = negated ? Integer.MIN_VALUE : 0;
    int flipAddend = subtracted ? Integer.MIN_VALUE : 0;
    return switch (order) {
      case 0x9 ->
          (v, to, a, b, n) -> {
            for (int i = 0; i < n; i++) {
              v[to + i] = Floats.fma(v[to + i], v[b + i], v[a + i], flipProduct, flipAddend);
            }
          };
      case 0xa ->
          (v, to, a, b, n) -> {
            for (int i = 0; i < n; i++) {
              v[to + i] = Floats.fma(v[a + i], v[to + i], v[b + i], flipProduct, flipAddend);
            }
          };
      default ->
          (v, to, a, b, n) -> {
            for (int i = 0; i < n; i++) {
              v[to + i] = Floats.fma(v[a + i], v[b + i], v[to + i], flipProduct, flipAddend);
            }
          };
    };
  }

  private static Lanes doubleFma(int order, boolean negated, boolean subtracted) {
    long flipProduct = negated ? Long.MIN_VALUE : 0;
    long flipAddend = subtracted ? Long.MIN_VALUE : 0;
    return (v, to, a, b, n) -> {
      for (int i = 0; i < n / 2; i++) {
        long first = VectorForms.get(v, to, i, Long.SIZE);
        long second = VectorForms.get(v, a, i, Long.SIZE);
        long third = VectorForms.get(v, b, i, Long.SIZE);
        long result =
            switch (order) {
              case 0x9 -> Floats.fma(first, third, second, flipProduct, flipAddend);
              case 0xa -> Floats.fma(second, first, third, flipProduct, flipAddend);
              default -> Floats.fma(second, third, first, flipProduct, flipAddend);
            };
        VectorForms.set(v, to, i, Long.SIZE, result);
      }
    };
  }

  /** Each float gains the product of the upper halves first, then that of the lower ones. */
  private static void dotProduct(int[] v, int to, int a, int b, int lanes) {
    for (int i = 0; i < lanes; i++) {
      int x = v[a + i];
      int y = v[b + i];
      int sum = Floats.fmaFlushed(Floats.bfloat16(x), Floats.bfloat16(y), v[to + i]);
      v[to + i] = Floats.fmaFlushed(Floats.bfloat16(x << 16), Floats.bfloat16(y << 16), sum);
    }
  }

  private static Action shift(Instruction in) {
    in.demand(!in.memory && in.mask == 0, "encoding");
    int count = (int) in.immediate;
    int from = narrow(in).rm * Machine.LANES;
    int to = in.source * Machine.LANES;
    int lanes = in.lanes();
    int digit = in.reg & 7;
    in.demand(digit == 2 || digit == 4 || digit == 6, "encoding");
    return machine -> {
      int[] v = machine.vectors;
      for (int i = 0; i < lanes; i++) {
        int value = v[from + i];
        v[to + i] =
            switch (digit) {
              case 2 -> count < 32 ? value >>> count : 0;
              case 4 -> value >> Math.min(count, 31);
              default -> count < 32 ? value << count : 0;
            };
      }
      machine.clearFrom(to, lanes);
    };
  }

  private static Action round(Instruction in) {
    int mode = (int) in.immediate;
    in.demand(mode < 16, "a scale is unknown to the emulator");
    // Bit 2 asks for the direction of MXCSR, which is to nearest even.
    int direction = (mode & 4) != 0 ? 0 : mode & 3;
    return VectorForms.compute(
        noSource(narrow(in)), Form.ofFloats(in), each((_, b) -> Floats.round(b, direction)));
  }

  // ---------------------------------------------------------------- comparisons and choices

  private static Action compare(Instruction in) {
    int predicate = (int) in.immediate & 31;
    return VectorForms.compute(
        in, Form.ofFloats(in), each((a, b) -> Floats.compare(a, b, predicate) ? -1 : 0));
  }

  private static Action compareToMask(Instruction in) {
    in.demand(!in.zeroing && in.reg < 8, "encoding");
    int predicate = (int) noMask(narrow(in)).immediate & 31;
    Form form = Form.ofFloats(in);
    Action fetch = VectorForms.fetch(in, form);
    int to = in.reg;
    int a = in.source * Machine.LANES;
    int b = VectorForms.operand(in);
    int lanes = in.lanes();
    return machine -> {
      fetch.run(machine);
      int[] v = machine.vectors;
      long result = 0;
      for (int i = 0; i < lanes; i++) {
        result |= Floats.compare(v[a + i], v[b + i], predicate) ? 1L << i : 0;
      }
      machine.masks[to] = result;
    };
  }

  /** Bits 7 to 4 of the immediate name the register whose signs choose. */
  private static Action blend(Instruction in) {
    in.demand(!in.wide, "W");
    int by = ((int) in.immediate >> 4) * Machine.LANES;
    return VectorForms.compute(
        vex(in),
        Form.ofFloats(in),
        (v, to, a, b, n) -> {
          for (int i = 0; i < n; i++) {
            v[to + i] = v[by + i] < 0 ? v[b + i] : v[a + i];
          }
        });
  }

  /** The first operand takes the place of what a mask leaves as it was. */
  private static Action blendByMask(Instruction in) {
    in.demand(in.evex() && !in.wide && !in.zeroing, "encoding");
    Form form = Form.ofFloats(in);
    Action fetch = VectorForms.fetch(in, form);
    int mask = in.mask;
    int to = in.reg * Machine.LANES;
    int a = in.source * Machine.LANES;
    int b = VectorForms.operand(in);
    int lanes = in.lanes();
    return machine -> {
      fetch.run(machine);
      int[] v = machine.vectors;
      long set = mask == 0 ? -1 : machine.masks[mask];
      for (int i = 0; i < lanes; i++) {
        v[to + i] = (set >> i & 1) != 0 ? v[b + i] : v[a + i];
      }
      machine.clearFrom(to, lanes);
    };
  }
}
