package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.machine.AddressOperand;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.RegisterTable;
import io.zoetrope.kernels.emulator.machine.StateSpace;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.parser.ParsedKernel;
import io.zoetrope.kernels.emulator.parser.PtxType;
import io.zoetrope.kernels.emulator.parser.Statement;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns the operands of one statement into register numbers, and notes which registers it reads and
 * writes. Constants and addresses of variables become registers that hold them.
 */
final class OperandReader {
  /** State spaces in which the narrowest access matters. */
  interface AccessWidths {
    void note(StateSpace space, int bytes);
  }

  private final Statement statement;
  private final ParsedKernel kernel;
  private final RegisterTable registers;
  private final AccessWidths widths;
  private final Set<Integer> sources = new TreeSet<>();
  private final Set<Integer> targets = new TreeSet<>();
  private InstructionClass kind = InstructionClass.MOVE;
  private int flops;
  private int tensorFlops;

  OperandReader(
      Statement statement, ParsedKernel kernel, RegisterTable registers, AccessWidths widths) {
    this.statement = statement;
    this.kernel = kernel;
    this.registers = registers;
    this.widths = widths;
  }

  /** Parts of the opcode between dots. */
  List<String> opcode() {
    return List.of(statement.opcode().split("\\."));
  }

  int count() {
    return statement.operands().size();
  }

  void requireCount(int count) {
    if (count() != count) {
      throw error(statement.opcode() + " takes " + count + " operands, not " + count());
    }
  }

  void kind(InstructionClass newKind) {
    kind = newKind;
  }

  void flops(int perLane) {
    flops = perLane;
  }

  void tensorFlops(int perWarp) {
    tensorFlops = perWarp;
  }

  /** Notes an access's width: races are found at the grain of the narrowest one. */
  void accessWidth(StateSpace space, int bytes) {
    widths.note(space, bytes);
  }

  PtxLoadException error(String message) {
    return new PtxLoadException(statement.line(), message + " in '" + statement.text() + "'");
  }

  PtxLoadException unknown() {
    return new PtxLoadException(
        statement.line(),
        "unknown opcode '" + statement.opcode() + "' in '" + statement.text() + "'");
  }

  Operand operand(int index) {
    if (index >= count()) {
      throw error("operand " + (index + 1) + " is missing");
    }
    return statement.operands().get(index);
  }

  int wordSource(int index) {
    return wordSource(operand(index));
  }

  int wordSource(Operand operand) {
    return switch (operand) {
      case Operand.Name(String name) -> {
        int number = registers.number(name);
        yield number >= 0
            ? source(number, RegisterTable.Kind.WORD, name)
            : registers.wordConstant((int) symbol(name));
      }
      case Operand.IntegerLiteral(long value) -> registers.wordConstant((int) value);
      case Operand.FloatLiteral(int bits) -> registers.wordConstant(bits);
      default -> throw error("operand " + operand + " is not a 32-bit value");
    };
  }

  int longSource(int index) {
    return longSource(operand(index));
  }

  int longSource(Operand operand) {
    return switch (operand) {
      case Operand.Name(String name) -> {
        int number = registers.number(name);
        yield number >= 0
            ? source(number, RegisterTable.Kind.LONG, name)
            : registers.longConstant(symbol(name));
      }
      case Operand.IntegerLiteral(long value) -> registers.longConstant(value);
      case Operand.DoubleLiteral(long bits) -> registers.longConstant(bits);
      default -> throw error("operand " + operand + " is not a 64-bit value");
    };
  }

  int predicateSource(int index) {
    return predicateSource(operand(index));
  }

  int predicateSource(Operand operand) {
    if (operand instanceof Operand.IntegerLiteral(long value)) {
      return registers.predicateConstant(value != 0);
    }
    String name =
        switch (operand) {
          case Operand.Name(String n) -> n;
          case Operand.Negated(String n) -> n;
          default -> throw error("operand " + operand + " is not a predicate");
        };
    return source(register(name), RegisterTable.Kind.PREDICATE, name);
  }

  int wordTarget(int index) {
    return wordTarget(operand(index));
  }

  int wordTarget(Operand operand) {
    return target(operand, RegisterTable.Kind.WORD, PtxType.B32);
  }

  int longTarget(int index) {
    return longTarget(operand(index));
  }

  int longTarget(Operand operand) {
    return target(operand, RegisterTable.Kind.LONG, PtxType.B64);
  }

  int predicateTarget(Operand operand) {
    return target(operand, RegisterTable.Kind.PREDICATE, PtxType.PRED);
  }

  /** Whether an operand is a 64-bit register. */
  boolean isLong(Operand operand) {
    return operand instanceof Operand.Name(String name)
        && registers.number(name) >= 0
        && registers.kind(registers.number(name)) == RegisterTable.Kind.LONG;
  }

  /** Declared type of a register operand; b32 for constants and the sink. */
  PtxType type(Operand operand) {
    int number = operand instanceof Operand.Name(String name) ? registers.number(name) : -1;
    return number < 0 ? PtxType.B32 : registers.type(number);
  }

  /** Elements of a vector operand, or the operand alone. */
  List<Operand> elements(int index) {
    return operand(index) instanceof Operand.Vector(List<Operand> elements)
        ? elements
        : List.of(operand(index));
  }

  /** Registers of a vector operand that is read. */
  int[] wordSources(int index, int count) {
    return elements(index, count).stream().mapToInt(this::wordSource).toArray();
  }

  /** Registers of a vector operand that is written. */
  int[] wordTargets(int index, int count) {
    return elements(index, count).stream().mapToInt(this::wordTarget).toArray();
  }

  private List<Operand> elements(int index, int count) {
    List<Operand> elements = elements(index);
    if (elements.size() != count) {
      throw error(
          "operand %d has %d elements, not %d".formatted(index + 1, elements.size(), count));
    }
    return elements;
  }

  /** A memory operand. */
  AddressOperand address(int index) {
    if (!(operand(index) instanceof Operand.Address(String base, long offset))) {
      throw error("operand " + (index + 1) + " is not an address");
    }
    if (base == null) {
      return new AddressOperand(-1, false, offset);
    }
    int number = registers.number(base);
    if (number < 0) {
      return new AddressOperand(-1, false, symbol(base) + offset);
    }
    boolean wide = registers.kind(number) == RegisterTable.Kind.LONG;
    source(number, wide ? RegisterTable.Kind.LONG : RegisterTable.Kind.WORD, base);
    return new AddressOperand(number, wide, offset);
  }

  /** A constant operand. */
  long constant(int index) {
    if (operand(index) instanceof Operand.IntegerLiteral(long value)) {
      return value;
    }
    throw error("operand " + (index + 1) + " is not a constant");
  }

  private long symbol(String name) {
    Long value = kernel.symbols().get(name);
    if (value == null) {
      throw error("unknown name '" + name + "'");
    }
    return value;
  }

  private int register(String name) {
    int number = registers.number(name);
    if (number < 0) {
      throw error("unknown register '" + name + "'");
    }
    return number;
  }

  private int source(int number, RegisterTable.Kind wanted, String name) {
    require(number, wanted, name);
    sources.add(number);
    return number;
  }

  private int target(Operand operand, RegisterTable.Kind wanted, PtxType sinkType) {
    if (!(operand instanceof Operand.Name(String name))) {
      throw error("operand " + operand + " is not a register");
    }
    if (name.equals(RegisterTable.SINK)) {
      return registers.sink(sinkType);
    }
    int number = register(name);
    require(number, wanted, name);
    if (!registers.writable(number)) {
      throw error("register " + name + " can't be written");
    }
    targets.add(number);
    return number;
  }

  private void require(int number, RegisterTable.Kind wanted, String name) {
    if (registers.kind(number) != wanted) {
      throw error(
          "register %s is a %s where a %s is wanted"
              .formatted(name, registers.kind(number), wanted));
    }
  }

  /** The instruction with what was noted. */
  Instruction instruction(Instruction.Flow flow, int guard, int target, Instruction.Action action) {
    return new Instruction(
        statement.line(),
        statement.source(),
        statement.text(),
        kind,
        flow,
        guard,
        statement.negated(),
        target,
        sources.stream().mapToInt(i -> i).toArray(),
        targets.stream().mapToInt(i -> i).toArray(),
        action,
        flops,
        tensorFlops);
  }
}
