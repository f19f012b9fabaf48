package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Instruction.Flow;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.machine.RegisterTable;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.memory.ModuleMemory;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.parser.ParsedKernel;
import io.zoetrope.kernels.emulator.parser.Statement;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.ArrayList;
import java.util.List;

/** Turns the statements of a kernel into instructions. */
public final class Decoder {
  private static final OpcodeTable LANE_WISE = new OpcodeTable();
  private static final OpcodeTable COMPARISONS = new OpcodeTable();

  static {
    IntegerOpcodes.addTo(LANE_WISE);
    FloatOpcodes.addTo(LANE_WISE);
    ConversionOpcodes.addTo(LANE_WISE);
    MoveOpcodes.addTo(LANE_WISE);
    CompareOpcodes.addTo(COMPARISONS);
  }

  private final ParsedKernel kernel;
  private final RegisterTable registers;
  private int narrowestShared = 16;
  private int narrowestGlobal = 16;
  private boolean atomics;

  private Decoder(ParsedKernel kernel, RegisterTable registers) {
    this.kernel = kernel;
    this.registers = registers;
  }

  /**
   * Decodes a kernel.
   *
   * @param moduleMemory variables of its module
   * @throws PtxLoadException when it has an instruction that is unknown here
   */
  public static PtxKernel decode(ParsedKernel kernel, ModuleMemory moduleMemory) {
    RegisterTable registers = new RegisterTable(kernel.registers());
    Decoder decoder = new Decoder(kernel, registers);
    Instruction[] instructions = decoder.decode();
    return new PtxKernel(
        kernel,
        moduleMemory,
        registers,
        instructions,
        Integer.numberOfTrailingZeros(decoder.narrowestShared),
        Integer.numberOfTrailingZeros(decoder.narrowestGlobal),
        decoder.atomics);
  }

  /** The instructions of the kernel; the last one is always an exit. */
  private Instruction[] decode() {
    List<Instruction> instructions = new ArrayList<>();
    for (Statement statement : kernel.statements()) {
      instructions.add(decode(statement));
    }
    int line = kernel.statements().isEmpty() ? 1 : kernel.statements().getLast().line();
    Statement end = new Statement(line, null, null, false, "ret", List.of(), "end of the kernel");
    instructions.add(decode(end));
    return instructions.toArray(Instruction[]::new);
  }

  private Instruction decode(Statement statement) {
    OperandReader operands = new OperandReader(statement, kernel, registers, this::noteWidth);
    int guard = guard(statement, operands);
    return switch (statement.opcode()) {
      case "bra", "bra.uni" -> {
        operands.kind(InstructionClass.CONTROL);
        yield operands.instruction(Flow.BRANCH, guard, target(operands), null);
      }
      case "ret", "ret.uni", "exit" -> {
        operands.kind(InstructionClass.CONTROL);
        yield operands.instruction(Flow.EXIT, guard, -1, null);
      }
      case "bar.sync",
          "barrier.sync",
          "barrier.sync.aligned",
          "bar.cta.sync",
          "barrier.cta.sync",
          "barrier.cta.sync.aligned" -> {
        operands.kind(InstructionClass.BARRIER);
        if (operands.count() != 1) {
          throw operands.error("barriers for a part of the block are not supported");
        }
        yield operands.instruction(Flow.BARRIER, guard, (int) operands.constant(0), null);
      }
      default -> {
        Instruction.Action action = action(statement, operands);
        yield operands.instruction(Flow.NEXT, guard, -1, action);
      }
    };
  }

  private int guard(Statement statement, OperandReader operands) {
    if (statement.guard() == null) {
      return -1;
    }
    int number = registers.number(statement.guard());
    if (number < 0 || registers.kind(number) != RegisterTable.Kind.PREDICATE) {
      throw operands.error("'" + statement.guard() + "' is not a predicate");
    }
    return number;
  }

  private int target(OperandReader operands) {
    operands.requireCount(1);
    Integer target =
        operands.operand(0) instanceof Operand.Name(String name) ? kernel.labels().get(name) : null;
    if (target == null) {
      throw operands.error("unknown label");
    }
    return target;
  }

  private Instruction.Action action(Statement statement, OperandReader operands) {
    List<String> parts = operands.opcode();
    if (parts.getLast().equals("pred")
        && List.of("and", "or", "xor", "not").contains(parts.getFirst())) {
      return CompareOpcodes.predicateLogic(operands);
    }
    return switch (parts.getFirst()) {
      case "mov" -> MoveOpcodes.move(operands, LANE_WISE);
      case "ld" -> MemoryOpcodes.load(operands);
      case "st" -> MemoryOpcodes.store(operands);
      case "cp" -> AsyncCopyOpcodes.decode(operands);
      case "ldmatrix" -> MatrixOpcodes.load(operands);
      case "mma" -> MatrixOpcodes.multiply(operands);
      case "shfl" -> WarpOpcodes.shuffle(operands);
      case "vote" -> WarpOpcodes.vote(operands);
      case "activemask" -> WarpOpcodes.activeMask(operands);
      case "bar" -> warpBarrier(operands);
      case "membar", "fence" -> fence(operands);
      case "atom", "red" -> atomic(operands);
      case "setp" -> CompareOpcodes.setPredicate(operands, COMPARISONS);
      case "set" -> CompareOpcodes.set(operands, COMPARISONS);
      case "selp" -> MoveOpcodes.select(operands);
      case "bfi" -> MoveOpcodes.insertBits(operands);
      case "lop3" -> MoveOpcodes.logic3(operands);
      case "trap" -> trap(operands);
      default -> laneWise(statement, operands);
    };
  }

  private static Instruction.Action laneWise(Statement statement, OperandReader operands) {
    Form form = LANE_WISE.form(statement.opcode());
    if (form != null) {
      return form.bind(operands);
    }
    if (statement.opcode().startsWith("cvt.")) {
      return ConversionOpcodes.decode(operands);
    }
    throw operands.unknown();
  }

  private static Instruction.Action warpBarrier(OperandReader operands) {
    if (!operands.opcode().equals(List.of("bar", "warp", "sync"))) {
      throw operands.unknown();
    }
    return WarpOpcodes.warpBarrier(operands);
  }

  /** Every write is seen at once here, so fences have nothing left to do. */
  private static Instruction.Action fence(OperandReader operands) {
    operands.kind(InstructionClass.BARRIER);
    operands.requireCount(0);
    return (_, _) -> {};
  }

  private static Instruction.Action trap(OperandReader operands) {
    operands.kind(InstructionClass.CONTROL);
    operands.requireCount(0);
    return (warp, mask) -> {
      throw warp.fault(Finding.TRAP, Integer.numberOfTrailingZeros(mask), 0, "the kernel trapped");
    };
  }

  private Instruction.Action atomic(OperandReader operands) {
    atomics = true;
    return AtomicOpcodes.decode(operands);
  }

  private void noteWidth(StateSpace space, int bytes) {
    if (space == StateSpace.SHARED || space == StateSpace.GENERIC) {
      narrowestShared = Math.min(narrowestShared, bytes);
    }
    if (space == StateSpace.GLOBAL || space == StateSpace.GENERIC) {
      narrowestGlobal = Math.min(narrowestGlobal, bytes);
    }
  }
}
