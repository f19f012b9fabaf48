package io.zoetrope.kernels.cpu.jit.emulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;

/**
 * An x86-64 processor for kernels: functions of the System V ABI whose one parameter is an address.
 * They read and write the real memory of this process.
 *
 * <p>Stricter than a processor: vector registers hold signalling NaNs at the start of each call, a
 * function has to restore the registers that belong to its caller, and memory can be restricted to
 * given segments. As on a processor, the configuration of the tiles stays from call to call of a
 * thread. Functions may run in several threads at once.
 */
public final class X86Emulator {
  /** A function whose bytes the emulator runs. */
  @FunctionalInterface
  public interface Function {
    /**
     * Runs the function.
     *
     * @param arguments native memory whose address goes to RDI
     * @throws EmulatorFault if the function does what is forbidden, naming the instruction
     */
    void call(MemorySegment arguments);
  }

  /** What an instruction does. */
  @FunctionalInterface
  interface Action {
    void run(Machine machine);
  }

  private static final int CODE_ALIGNMENT = 64;

  /** The return address of a call from outside. */
  static final int RETURNED = -1;

  /** RBX, RBP, RSP and R12 to R15. */
  private static final int[] CALLERS_REGISTERS = {3, 4, 5, 12, 13, 14, 15};

  private final Extension extension;
  private final ThreadLocal<Machine> machines = ThreadLocal.withInitial(Machine::new);
  private final AtomicLongArray counts = new AtomicLongArray(Count.values().length);
  private volatile MemorySegment[] allowed;

  /** A processor that has everything. */
  public X86Emulator() {
    this(Extension.AMX);
  }

  /** A processor that knows the instructions of an extension and of those before it, no more. */
  public X86Emulator(Extension extension) {
    this.extension = extension;
  }

  /**
   * Restricts memory to the given segments, the record of arguments, the stack and the function's
   * own constants; segments that are read-only may only be read.
   */
  public void restrictTo(MemorySegment... segments) {
    allowed = segments.clone();
  }

  /** How many instructions of a kind ran since the start. */
  public long count(Count kind) {
    return counts.get(kind.ordinal());
  }

  /**
   * Reads code that is reachable from its first byte.
   *
   * @throws EmulatorFault if an instruction is unknown, malformed or of a later extension
   */
  public Function load(byte[] code) {
    MemorySegment copy = Arena.ofAuto().allocate(code.length, CODE_ALIGNMENT);
    MemorySegment.copy(code, 0, copy, ValueLayout.JAVA_BYTE, 0, code.length);
    Program program = new Program(code.length, copy.asReadOnly());
    Decoder decoder = new Decoder(code, copy.address());
    Deque<Integer> starts = new ArrayDeque<>();
    starts.push(0);
    while (!starts.isEmpty()) {
      int start = starts.pop();
      if (start < 0 || start >= code.length) {
        throw new EmulatorFault("the code goes on at 0x%x, outside of it".formatted(start));
      }
      if (program.actions[start] != null) {
        continue;
      }
      Instruction in = decoder.decode(start);
      in.demand(
          neededBy(in).compareTo(extension) <= 0,
          "needs %s; the processor has %s".formatted(neededBy(in), extension));
      program.actions[start] =
          switch (in.encoding) {
            case LEGACY -> GeneralInstructions.action(in);
            case VEX, EVEX ->
                Tiles.isTileInstruction(in) ? Tiles.action(in) : VectorInstructions.action(in);
          };
      program.instructions[start] = in;
      program.following[start] = in.end;
      program.kinds[start] = (byte) kind(in).ordinal();
      GeneralInstructions.successors(in).forEach(starts::push);
    }
    return arguments -> call(program, arguments);
  }

  private static Extension neededBy(Instruction in) {
    if (Tiles.isTileInstruction(in)) {
      return Extension.AMX;
    }
    if (!in.evex()) {
      return Extension.AVX2;
    }
    return VectorInstructions.isBfloat16(in) ? Extension.AVX512_BF16 : Extension.AVX512;
  }

  private static Count kind(Instruction in) {
    if (in.encoding == Instruction.Encoding.LEGACY) {
      return Count.OTHER;
    }
    if (VectorInstructions.isFma(in)) {
      return Count.FMA;
    }
    return switch (in.opcode) {
      case VectorInstructions.DOT_PRODUCT -> Count.DOT_PRODUCT;
      case Tiles.PRODUCT -> Count.TILE_PRODUCT;
      default -> Count.OTHER;
    };
  }

  /** A function, by the offsets of its instructions. */
  private static final class Program {
    final MemorySegment code;
    final Action[] actions;
    final Instruction[] instructions;
    final int[] following;
    final byte[] kinds;

    Program(int size, MemorySegment code) {
      this.code = code;
      actions = new Action[size];
      instructions = new Instruction[size];
      following = new int[size];
      kinds = new byte[size];
    }
  }

  private void call(Program program, MemorySegment arguments) {
    Machine machine = machines.get();
    MemorySegment[] segments = allowed;
    machine.memory.allow(
        segments == null
            ? null
            : Stream.concat(
                    Arrays.stream(segments), Stream.of(arguments, machine.stack, program.code))
                .toArray(MemorySegment[]::new));
    machine.scramble();
    machine.registers[Machine.RDI] = arguments.address();
    // At the entry of a function the stack is aligned to 16 bytes, less the return address.
    machine.registers[Machine.RSP] = machine.stack.address() + machine.stack.byteSize();
    machine.push(RETURNED);
    long[] before = machine.registers.clone();
    before[Machine.RSP] += Long.BYTES;
    run(program, machine);
    for (int register : CALLERS_REGISTERS) {
      if (machine.registers[register] != before[register]) {
        throw new EmulatorFault(
            "the function changed register %d, which belongs to its caller, from 0x%x to 0x%x"
                .formatted(register, before[register], machine.registers[register]));
      }
    }
  }

  private void run(Program program, Machine machine) {
    Action[] actions = program.actions;
    int[] following = program.following;
    byte[] kinds = program.kinds;
    long[] counted = machine.counts;
    Arrays.fill(counted, 0);
    int at = 0;
    try {
      while (at != RETURNED) {
        counted[kinds[at]]++;
        machine.next = following[at];
        actions[at].run(machine);
        at = machine.next;
      }
    } catch (EmulatorFault e) {
      throw new EmulatorFault(program.instructions[at].fault(e.getMessage()).getMessage(), e);
    }
    for (int i = 0; i < counted.length; i++) {
      counts.addAndGet(i, counted[i]);
    }
  }
}
