package io.zoetrope.kernels.emulator.parser;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.fault.SourceLine;
import io.zoetrope.kernels.emulator.parser.PtxScanner.Token;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads one kernel: its parameters, performance directives, and body. */
final class KernelParser {
  /** Most registers that one declaration may make. */
  private static final int MOST_REGISTERS = 1 << 16;

  /** Alignment of dynamic shared memory, which follows the static one. */
  private static final int DYNAMIC_SHARED_ALIGNMENT = 128;

  /** A variable in shared memory, before it has its place. */
  record SharedVariable(Declaration declaration, boolean dynamic) {}

  private final TokenStream tokens;
  private final Map<String, Long> symbols;
  private final List<SharedVariable> sharedVariables;
  private final Map<Long, String> files;
  private final List<KernelParameter> parameters = new ArrayList<>();
  private final Map<String, PtxType> registers = new HashMap<>();
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Statement> statements = new ArrayList<>();

  /** Names declared in the open scopes, innermost first: a name's unique form. */
  private final Deque<Map<String, String>> scopes = new ArrayDeque<>();

  private final OperandParser operands;
  private int parameterBytes;
  private int localBytes;
  private int maximumThreads = 1024;
  private SourceLine source;

  /**
   * A parser of one kernel of a module.
   *
   * @param files of the source, by the numbers that {@code .file} gives them
   */
  KernelParser(
      TokenStream tokens,
      Map<String, Long> moduleSymbols,
      List<SharedVariable> moduleShared,
      Map<Long, String> files) {
    this.tokens = tokens;
    this.symbols = new HashMap<>(moduleSymbols);
    this.sharedVariables = new ArrayList<>(moduleShared);
    this.files = files;
    this.operands = new OperandParser(tokens, this::resolve);
  }

  /** Reads from behind {@code .entry} to the closing brace. */
  ParsedKernel parse() {
    String name = tokens.word();
    if (tokens.accept("(") && !tokens.accept(")")) {
      do {
        parameter();
      } while (tokens.accept(","));
      tokens.expect(")");
    }
    performanceDirectives();
    tokens.expect("{");
    scopes.push(new HashMap<>());
    while (!scopes.isEmpty()) {
      bodyElement();
    }
    int sharedBytes = placeShared();
    return new ParsedKernel(
        name,
        List.copyOf(parameters),
        parameterBytes,
        maximumThreads,
        sharedBytes,
        localBytes,
        registers,
        symbols,
        labels,
        List.copyOf(statements));
  }

  private void parameter() {
    tokens.expect(".param");
    Declaration declaration = Declaration.parse(tokens);
    int offset = declaration.align(parameterBytes);
    parameters.add(
        new KernelParameter(declaration.name(), declaration.type(), offset, declaration.bytes()));
    symbols.put(declaration.name(), (long) offset);
    parameterBytes = offset + declaration.bytes();
    if (parameterBytes > 4352) {
      throw tokens.error("more than 4352 bytes of parameters");
    }
  }

  private void performanceDirectives() {
    while (!tokens.sees("{")) {
      String directive = tokens.word();
      switch (directive) {
        case ".maxntid", ".reqntid" -> {
          long threads = tokens.size();
          while (tokens.accept(",")) {
            threads *= tokens.size();
          }
          maximumThreads = (int) Math.min(threads, 1024);
        }
        case ".minnctapersm", ".maxnreg" -> tokens.size();
        default -> throw tokens.error("unsupported directive '" + directive + "'");
      }
    }
  }

  private void bodyElement() {
    Token first = tokens.take();
    switch (first.text()) {
      case "{" -> scopes.push(new HashMap<>());
      case "}" -> scopes.pop();
      case ";" -> {}
      case ".reg" -> registerDeclaration();
      case ".shared" -> sharedVariables.add(sharedVariable(tokens));
      case ".local" -> localVariable();
      case ".pragma" -> tokens.skipPast(";");
      case ".loc" -> location();
      default -> {
        if (tokens.accept(":")) {
          if (labels.put(first.text(), statements.size()) != null) {
            throw new PtxLoadException(first.line(), "label " + first.text() + " stands twice");
          }
        } else {
          statement(first);
        }
      }
    }
  }

  private void statement(Token first) {
    String guard = null;
    boolean negated = false;
    String opcode = first.text();
    if (first.is("@")) {
      negated = tokens.accept("!");
      guard = resolve(tokens.word());
      opcode = tokens.word();
    }
    if (!Character.isLetter(opcode.charAt(0))) {
      throw new PtxLoadException(first.line(), "'" + opcode + "' is not an instruction");
    }
    List<Operand> list = operands.operands();
    String text = tokens.textSince(first.start());
    statements.add(new Statement(first.line(), source, guard, negated, opcode, list, text));
  }

  private void registerDeclaration() {
    String typeName = tokens.word();
    PtxType type = PtxType.of(typeName.substring(1));
    if (type == null) {
      throw tokens.error("'" + typeName + "' is not a type of registers");
    }
    do {
      String name = tokens.word();
      if (tokens.accept("<")) {
        int count = tokens.size();
        tokens.expect(">");
        if (count > MOST_REGISTERS) {
          throw tokens.error(count + " registers are more than " + MOST_REGISTERS);
        }
        for (int i = 0; i < count; i++) {
          declare(name + i, type);
        }
      } else {
        declare(name, type);
      }
    } while (tokens.accept(","));
    tokens.expect(";");
  }

  /**
   * Declares a register in the innermost scope; names of inner scopes get a number of their own.
   */
  private void declare(String name, PtxType type) {
    String unique = registers.containsKey(name) ? name + "#" + registers.size() : name;
    registers.put(unique, type);
    if (scopes.getFirst().put(name, unique) != null) {
      throw tokens.error("register " + name + " is declared twice");
    }
  }

  private String resolve(String name) {
    for (Map<String, String> scope : scopes) {
      String unique = scope.get(name);
      if (unique != null) {
        return unique;
      }
    }
    return name;
  }

  private void localVariable() {
    Declaration declaration = Declaration.parse(tokens);
    tokens.expect(";");
    int offset = declaration.align(localBytes);
    symbols.put(declaration.name(), (long) offset);
    localBytes = offset + declaration.bytes();
  }

  /** Reads a shared variable from behind its state space. */
  static SharedVariable sharedVariable(TokenStream tokens) {
    Declaration declaration = Declaration.parse(tokens);
    tokens.expect(";");
    return new SharedVariable(declaration, declaration.bytes() == 0);
  }

  /** Gives the shared variables their offsets; returns the size of the static ones. */
  private int placeShared() {
    int bytes = 0;
    for (SharedVariable variable : sharedVariables) {
      if (!variable.dynamic()) {
        int offset = variable.declaration().align(bytes);
        symbols.put(variable.declaration().name(), (long) offset);
        bytes = offset + variable.declaration().bytes();
      }
    }
    boolean dynamic = sharedVariables.stream().anyMatch(SharedVariable::dynamic);
    if (dynamic) {
      bytes = (bytes + DYNAMIC_SHARED_ALIGNMENT - 1) & -DYNAMIC_SHARED_ALIGNMENT;
    }
    for (SharedVariable variable : sharedVariables) {
      if (variable.dynamic()) {
        symbols.put(variable.declaration().name(), (long) bytes);
      }
    }
    return bytes;
  }

  /**
   * A source line: {@code .loc 1 12 3, function_name $L, inlined_at 1 5 7}. Line 0 is that of an
   * instruction that the compiler had no line for; a file must have been named before.
   */
  private void location() {
    String file = files.get(tokens.integer());
    int line = tokens.size();
    source = file == null || line == 0 ? null : new SourceLine(file, line);
    tokens.integer();
    while (tokens.accept(",")) {
      tokens.word();
      tokens.word();
      while (Character.isDigit(tokens.peek().isEmpty() ? ' ' : tokens.peek().charAt(0))) {
        tokens.integer();
      }
      tokens.accept("+");
    }
  }
}
