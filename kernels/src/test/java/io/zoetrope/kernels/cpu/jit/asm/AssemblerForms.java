package io.zoetrope.kernels.cpu.jit.asm;

import io.zoetrope.kernels.cpu.jit.asm.Operand.Address;
import io.zoetrope.kernels.cpu.jit.asm.Operand.Vector;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * All forms of instructions that the assembler writes, each with its text in the Intel syntax of
 * GNU as. Where as prefers another encoding of the same instruction, a prefix in braces says which
 * one is meant.
 */
final class AssemblerForms {
  /** Constants begin here in code of one instruction; what lies between is filled. */
  private static final int CONSTANT_DISTANCE = 64;

  private static final byte FILLING = (byte) 0xcc;

  /** An instruction as text and as calls of the assembler. */
  record Form(String text, Consumer<Assembler> instruction) {
    byte[] assemble() {
      Assembler assembler = new Assembler();
      instruction.accept(assembler);
      return assembler.assemble();
    }

    /** Bytes without the constant and the filling before it. */
    int length() {
      byte[] code = assemble();
      int length = code.length;
      if (length > CONSTANT_DISTANCE) {
        length = CONSTANT_DISTANCE;
        while (code[length - 1] == FILLING) {
          length--;
        }
      }
      return length;
    }
  }

  /** Bases and indices whose encodings are special, and displacements at the ends of a byte. */
  private static final List<Address> ADDRESSES =
      List.of(
          Address.at(Register.RAX),
          Address.at(Register.RBP),
          Address.at(Register.R13),
          Address.at(Register.RSP),
          Address.at(Register.R12, 64),
          Address.at(Register.RDI, -128),
          Address.at(Register.R9, 127),
          Address.at(Register.RSI, 128),
          Address.at(Register.RBX, 8128),
          Address.at(Register.R15, 8192),
          Address.at(Register.RDX, -8192),
          Address.at(Register.RCX, -8256),
          Address.at(Register.R8, Register.RAX, 1, 0),
          Address.at(Register.RBP, Register.R9, 4, 0),
          Address.at(Register.R13, Register.RCX, 8, 4),
          Address.at(Register.RSP, Register.RBP, 2, 2),
          Address.at(Register.R10, Register.R12, 1, 1016),
          Address.at(Register.R11, Register.R13, 8, -512),
          Address.at(Register.R14, Register.R15, 2, 100_000));

  private final List<Form> forms = new ArrayList<>();

  /** Where in a list the next value is taken from, so that instructions share the values. */
  private int turn;

  private AssemblerForms() {}

  static List<Form> all() {
    AssemblerForms all = new AssemblerForms();
    all.general();
    all.jumps();
    all.vectors();
    all.masksAndShifts();
    all.tiles();
    return all.forms;
  }

  private void add(String text, Consumer<Assembler> instruction) {
    forms.add(new Form(text, instruction));
  }

  // ---------------------------------------------------------------- text

  private static String name(Register register) {
    return register.name().toLowerCase(Locale.ROOT);
  }

  /** The lower part of a register. */
  private static String name(Register register, int bits) {
    String name = name(register);
    if (bits == 64) {
      return name;
    }
    if (register.number() < 8) {
      return bits == 32 ? "e" + name.substring(1) : name.substring(1);
    }
    return name + (bits == 32 ? "d" : "w");
  }

  private static String name(Vector vector) {
    char letter = vector.bits() == 128 ? 'x' : vector.bits() == 256 ? 'y' : 'z';
    return letter + "mm" + vector.number();
  }

  private static String text(Address at) {
    StringBuilder text = new StringBuilder("[").append(name(at.base()));
    if (at.index() != null) {
      text.append('+').append(name(at.index())).append('*').append(at.scale());
    }
    if (at.displacement() != 0) {
      text.append("%+d".formatted(at.displacement()));
    }
    return text.append(']').toString();
  }

  private static String size(int bytes) {
    return switch (bytes) {
      case 4 -> "dword ptr ";
      case 8 -> "qword ptr ";
      case 16 -> "xmmword ptr ";
      case 32 -> "ymmword ptr ";
      case 64 -> "zmmword ptr ";
      default -> throw new IllegalArgumentException("%d bytes".formatted(bytes));
    };
  }

  private Address nextAddress() {
    return ADDRESSES.get(turn++ % ADDRESSES.size());
  }

  // ---------------------------------------------------------------- general-purpose registers

  private interface OfRegisters {
    void write(Assembler assembler, Register to, Register from);
  }

  private interface OfValue {
    void write(Assembler assembler, Register to, int value);
  }

  private interface OfMemory {
    void write(Assembler assembler, Register register, Address at);
  }

  private void general() {
    ofRegisters("mov", Assembler::move);
    ofRegisters("add", Assembler::add);
    ofRegisters("sub", Assembler::subtract);
    ofRegisters("or", Assembler::or);
    ofRegisters("cmp", Assembler::compare);
    ofRegisters("imul", Assembler::multiply);
    ofValue("mov", (assembler, to, value) -> assembler.move(to, (long) value));
    ofValue("add", Assembler::add);
    ofValue("sub", Assembler::subtract);
    ofValue("and", Assembler::and);
    ofValue("cmp", Assembler::compare);
    for (Register register : Register.values()) {
      String name = name(register);
      long value = 0x123456789abcdefL * (register.number() + 1);
      add("movabs %s, %d".formatted(name, value), a -> a.move(register, value));
      int bits = 2 + 4 * register.number() % 62;
      add("shl %s, %d".formatted(name, bits), a -> a.shiftLeft(register, bits));
      add("shr %s, %d".formatted(name, bits), a -> a.shiftRight(register, bits));
      add("push " + name, a -> a.push(register));
      add("pop " + name, a -> a.pop(register));
    }
    ofMemory("mov %2$s, qword ptr %1$s", 64, (a, register, at) -> a.load(register, at));
    ofMemory("mov %2$s, dword ptr %1$s", 32, (a, register, at) -> a.load32(register, at));
    ofMemory("movzx %2$s, word ptr %1$s", 32, (a, register, at) -> a.load16(register, at));
    ofMemory("mov qword ptr %s, %s", 64, (a, register, at) -> a.store(at, register));
    ofMemory("mov dword ptr %s, %s", 32, (a, register, at) -> a.store32(at, register));
    ofMemory("mov word ptr %s, %s", 16, (a, register, at) -> a.store16(at, register));
    ofMemory("lea %2$s, %1$s", 64, (a, register, at) -> a.address(register, at));
    ofMemory("prefetcht0 byte ptr %s", 64, (a, _, at) -> a.prefetch(at));
    add("lea rax, [rip+57]", a -> a.address(Register.RAX, a.constant(1)));
    add("lea r13, [rip+57]", a -> a.address(Register.R13, a.constant(1)));
    add("ret", Assembler::ret);
    add("vzeroupper", Assembler::zeroUpper);
    add("push rbx; push r15", a -> a.enter(Register.RBX, Register.R15));
    add("vzeroupper; pop r15; pop rbx; ret", a -> a.leave(Register.RBX, Register.R15));
  }

  private void ofRegisters(String mnemonic, OfRegisters instruction) {
    for (Register to : Register.values()) {
      Register from = Register.values()[(5 * to.number() + 3) % 16];
      add(
          "%s %s, %s".formatted(mnemonic, name(to), name(from)),
          a -> instruction.write(a, to, from));
    }
  }

  /** RAX has a shorter form for values of 32 bits, which the assembler doesn't use. */
  private void ofValue(String mnemonic, OfValue instruction) {
    for (int value : new int[] {1, -1, 127, -128, 128, -129, 0x12345678, Integer.MIN_VALUE}) {
      for (Register to : List.of(Register.RCX, Register.RSP, Register.RBP, Register.R13)) {
        add("%s %s, %d".formatted(mnemonic, name(to), value), a -> instruction.write(a, to, value));
      }
    }
    add("%s rax, 5".formatted(mnemonic), a -> instruction.write(a, Register.RAX, 5));
  }

  private void ofMemory(String format, int bits, OfMemory instruction) {
    for (Address at : ADDRESSES) {
      Register register = Register.values()[7 * turn++ % 16];
      add(
          format.formatted(text(at), name(register, bits)),
          a -> instruction.write(a, register, at));
    }
  }

  private void jumps() {
    add("{disp32} jmp .+5", a -> jump(a, null, 0));
    add("{disp32} jmp .+7; ret; ret", a -> jump(a, null, 2));
    add("ret; ret; {disp32} jmp .-2", a -> jump(a, null, -2));
    String[] names = {"e", "ne", "l", "ge", "le", "g"};
    for (Assembler.Condition condition : Assembler.Condition.values()) {
      String name = names[condition.ordinal()];
      add("{disp32} j%s .+8; ret; ret".formatted(name), a -> jump(a, condition, 2));
      add("ret; ret; {disp32} j%s .-2".formatted(name), a -> jump(a, condition, -2));
    }
  }

  /** Jumps over some instructions of one byte, or back over them. */
  private static void jump(Assembler assembler, Assembler.Condition condition, int over) {
    Assembler.Label label = over < 0 ? assembler.here() : assembler.label();
    for (int i = over; i < 0; i++) {
      assembler.ret();
    }
    if (condition == null) {
      assembler.jump(label);
    } else {
      assembler.jump(condition, label);
    }
    for (int i = 0; i < over; i++) {
      assembler.ret();
    }
    if (over >= 0) {
      assembler.place(label);
    }
  }

  // ---------------------------------------------------------------- vectors

  private void vectors() {
    for (VectorInstruction instruction : VectorInstruction.values()) {
      VectorShape shape = VectorShape.of(instruction);
      if (shape != null) {
        for (int width : shape.widths()) {
          new VectorForms(instruction, shape, width).addAll();
        }
      }
    }
  }

  /** Forms of an instruction at a width. */
  private final class VectorForms {
    /** Registers for destination, source and operand, the lower ones first. */
    private static final int[][] LOW = {{0, 1, 2}, {15, 7, 1}, {3, 12, 8}, {8, 9, 15}};

    private static final int[][] HIGH = {{16, 1, 2}, {3, 24, 7}, {9, 14, 31}, {31, 17, 23}};
    private static final int ADDRESSES_EACH = 3;

    private final VectorInstruction instruction;
    private final VectorShape shape;
    private final int width;

    VectorForms(VectorInstruction instruction, VectorShape shape, int width) {
      this.instruction = instruction;
      this.shape = shape;
      this.width = width;
    }

    private int[][] registers(boolean high) {
      return high ? HIGH : LOW;
    }

    void addAll() {
      boolean evex = instruction.encoding != VectorInstruction.Encoding.VEX;
      for (boolean high : new boolean[] {false, true}) {
        if (high && !evex) {
          continue;
        }
        for (int[] numbers : registers(high)) {
          if (shape.takesRegister()) {
            add(numbers, new Vector(numbers[2], shape.operandBits(width)), 0);
          }
        }
        for (int i = 0; shape.takesMemory() && i < ADDRESSES_EACH; i++) {
          add(registers(high)[i % 4], nextAddress(), 0);
        }
      }
      if (shape.takesMemory() && shape.readsOperand()) {
        add(LOW[1], new Operand.Constant(null), 0);
        if (evex) {
          add(HIGH[0], new Operand.Constant(null), 0);
        }
      }
      if (evex && shape.broadcasts()) {
        for (int i = 0; i < ADDRESSES_EACH; i++) {
          add(registers(i > 1)[i % 4], nextAddress().repeated(), 0);
        }
      }
      if (evex && shape.kind() == VectorShape.Kind.BINARY && shape.immediates().length == 0) {
        for (int mask = 1; mask < 8; mask += 3) {
          add(LOW[mask % 4], new Vector(5, shape.operandBits(width)), mask);
          add(HIGH[mask % 4], nextAddress(), mask);
        }
      }
    }

    private void add(int[] numbers, Operand operand, int mask) {
      Vector register = new Vector(numbers[0], shape.registerBits(instruction, width));
      Vector source = new Vector(numbers[1], width);
      int immediate =
          shape.immediates().length == 0
              ? -1
              : shape.immediates()[turn++ % shape.immediates().length];
      Consumer<Assembler> write =
          assembler -> {
            Operand last = operand instanceof Operand.Constant ? assembler.constant(1) : operand;
            shape.write(assembler, instruction, register, source, last, immediate, mask);
          };
      List<String> operands = new ArrayList<>();
      operands.add(name(register) + (mask == 0 ? "" : "{k%d}{z}".formatted(mask)));
      if (shape.hasSource()) {
        operands.add(name(source));
      }
      operands.add(operandText(operand, write));
      if (!shape.readsOperand()) {
        operands = new ArrayList<>(operands.reversed());
      }
      if (immediate >= 0) {
        operands.add(Integer.toString(immediate));
      }
      // With EVEX the opcode of vroundps belongs to an instruction that can do more.
      String mnemonic =
          instruction == VectorInstruction.ROUND && isExtended(numbers, operand)
              ? "vrndscaleps"
              : shape.mnemonic();
      // Between registers a move can be a load or a store.
      String direction =
          switch (instruction) {
            case LOAD -> operand instanceof Vector ? "{load} " : "";
            case STORE -> operand instanceof Vector ? "{store} " : "";
            default -> "";
          };
      AssemblerForms.this.add(direction + mnemonic + " " + String.join(", ", operands), write);
    }

    private boolean isExtended(int[] numbers, Operand operand) {
      return width == 512
          || numbers[0] > 15
          || shape.hasSource() && numbers[1] > 15
          || switch (operand) {
            case Vector vector -> vector.number() > 15;
            case Address at -> at.broadcast();
            case Operand.Constant _ -> false;
          };
    }

    private String operandText(Operand operand, Consumer<Assembler> write) {
      return switch (operand) {
        case Vector vector -> name(vector);
        case Address at when at.broadcast() -> {
          int element = instruction.wide ? Double.BYTES : Float.BYTES;
          int elements = shape.operandBytes(width) / element;
          yield size(element) + text(at) + "{1to%d}".formatted(elements);
        }
        case Address at -> size(shape.operandBytes(width)) + text(at);
        case Operand.Constant _ -> {
          int length = new Form("", write).length();
          yield size(shape.operandBytes(width)) + "[rip+%d]".formatted(CONSTANT_DISTANCE - length);
        }
      };
    }
  }

  private void masksAndShifts() {
    int[][] numbers = {{0, 1}, {15, 8}, {7, 14}, {16, 3}, {2, 31}, {24, 17}};
    for (int[] pair : numbers) {
      for (int width : new int[] {128, 256, 512}) {
        Vector to = new Vector(pair[0], width);
        Vector from = new Vector(pair[1], width);
        int bits = turn++ % 32;
        String operands = "%s, %s, %d".formatted(name(to), name(from), bits);
        add("vpslld " + operands, a -> a.shiftLeft(to, from, bits));
        add("vpsrld " + operands, a -> a.shiftRight(to, from, bits));
      }
      Vector zmm0 = new Vector(pair[0], 512);
      Vector zmm1 = new Vector(pair[1], 512);
      for (int mask = 1; mask < 8; mask += 2) {
        int k = mask;
        int predicate = 5 * turn++ % 32;
        Vector third = new Vector((pair[0] + 5) % 32, 512);
        Address at = nextAddress();
        String compared = "vcmpps k%d, %s, ".formatted(k, name(zmm0));
        add(
            compared + "%s, %d".formatted(name(zmm1), predicate),
            a -> a.compareToMask(k, zmm0, zmm1, predicate));
        add(
            compared + "zmmword ptr %s, %d".formatted(text(at), predicate),
            a -> a.compareToMask(k, zmm0, at, predicate));
        String blended = "vblendmps %s{k%d}, %s, ".formatted(name(third), k, name(zmm0));
        add(blended + name(zmm1), a -> a.blendByMask(k, third, zmm0, zmm1));
        add(blended + "zmmword ptr " + text(at), a -> a.blendByMask(k, third, zmm0, at));
      }
      add(
          "vcmpps k2, %s, zmmword ptr [rip+53], 30".formatted(name(zmm0)),
          a -> a.compareToMask(2, zmm0, a.constant(1f), 30));
    }
    int[][] low = {{0, 1, 2, 3}, {15, 8, 14, 9}, {3, 12, 5, 15}};
    for (int[] four : low) {
      for (int width : new int[] {128, 256}) {
        Vector to = new Vector(four[0], width);
        Vector clear = new Vector(four[1], width);
        Vector set = new Vector(four[2], width);
        Vector by = new Vector(four[3], width);
        Address at = nextAddress();
        String begin = "vblendvps %s, %s, ".formatted(name(to), name(clear));
        add("%s%s, %s".formatted(begin, name(set), name(by)), a -> a.blend(to, clear, set, by));
        add(
            "%s%s%s, %s".formatted(begin, size(width / 8), text(at), name(by)),
            a -> a.blend(to, clear, at, by));
      }
      Register general = Register.values()[four[1]];
      Vector vector = new Vector(four[0], 128);
      add(
          "vmovd %s, %s".formatted(name(vector), name(general, 32)),
          a -> a.moveToVector(vector, general));
      add(
          "vmovd %s, %s".formatted(name(general, 32), name(vector)),
          a -> a.moveFromVector(general, vector));
    }
  }

  // ---------------------------------------------------------------- tiles

  private void tiles() {
    for (Address at : ADDRESSES) {
      add("ldtilecfg " + text(at), a -> a.loadTileConfiguration(at));
      if (at.index() != null && at.scale() == 1) {
        addTileMoves(turn++ % 8, at);
      }
    }
    addTileMoves(7, Address.at(Register.RBP, Register.R15, 1, 0));
    addTileMoves(0, Address.at(Register.R13, Register.RAX, 1, 127));
    addTileMoves(3, Address.at(Register.RSP, Register.RDX, 1, 128));
    add("tilerelease", Assembler::releaseTiles);
    for (int tile = 0; tile < 8; tile++) {
      int to = tile;
      add("tilezero tmm" + tile, a -> a.zeroTile(to));
      for (int step = 1; step < 4; step++) {
        int a = (tile + step) % 8;
        int b = (tile + 3 * step + 1) % 8;
        add(
            "tdpbf16ps tmm%d, tmm%d, tmm%d".formatted(tile, a, b),
            assembler -> assembler.multiplyTiles(to, a, b));
      }
    }
  }

  private void addTileMoves(int tile, Address at) {
    add(
        "tileloadd tmm%d, %s".formatted(tile, text(at)),
        a -> a.loadTile(tile, at.base(), at.index(), at.displacement()));
    add(
        "tilestored %s, tmm%d".formatted(text(at), tile),
        a -> a.storeTile(tile, at.base(), at.index(), at.displacement()));
  }
}
