package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.lang.invoke.MethodHandle;

/**
 * An opcode that applies one function lane by lane.
 *
 * @see OpcodeTable
 */
final class Form {
  private final InstructionClass kind;
  private final int flops;
  private final String signature;
  private final Class<?> template;
  private final Object function;
  private MethodHandle constructor;

  /**
   * A form.
   *
   * @param flops floating-point operations per lane
   * @param signature one letter per operand, target first: w for words, l for longs
   * @param template one of {@link RowTemplates}
   * @param function what it applies
   */
  Form(InstructionClass kind, int flops, String signature, Class<?> template, Object function) {
    this.kind = kind;
    this.flops = flops;
    this.signature = signature;
    this.template = template;
    this.function = function;
  }

  /** The form of a statement's opcode, on its operands. */
  Instruction.Action bind(OperandReader operands) {
    operands.requireCount(signature.length());
    operands.kind(kind);
    operands.flops(flops);
    int[] registers = new int[signature.length()];
    for (int i = registers.length - 1; i >= 0; i--) {
      boolean wide = signature.charAt(i) == 'l';
      registers[i] =
          i == 0
              ? wide ? operands.longTarget(0) : operands.wordTarget(0)
              : wide ? operands.longSource(i) : operands.wordSource(i);
    }
    return (Instruction.Action) construct(registers);
  }

  /** The comparison of two registers. */
  RowTemplates.Comparison compare(int a, int b) {
    return (RowTemplates.Comparison) construct(new int[] {a, b});
  }

  boolean wide() {
    return signature.charAt(0) == 'l';
  }

  private synchronized Object construct(int[] registers) {
    if (constructor == null) {
      constructor = RowCompiler.constructor(template, function);
    }
    try {
      return constructor.invoke(registers);
    } catch (Throwable e) {
      throw new LinkageError("template " + template.getName(), e);
    }
  }
}
