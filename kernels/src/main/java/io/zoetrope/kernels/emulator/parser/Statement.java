package io.zoetrope.kernels.emulator.parser;

import io.zoetrope.kernels.emulator.fault.SourceLine;
import java.util.List;

/**
 * One instruction as it is written, names resolved to the scope they stand in.
 *
 * @param line of the PTX text, from 1
 * @param source that it was compiled from; null where the PTX does not say so
 * @param guard name of the predicate that guards the instruction; null for none
 * @param negated whether the guard is {@code @!p}
 * @param opcode with all its modifiers, such as {@code ld.global.v4.f32}
 * @param operands in the order of the text
 */
public record Statement(
    int line,
    SourceLine source,
    String guard,
    boolean negated,
    String opcode,
    List<Operand> operands,
    String text) {}
