package io.zoetrope.kernels.emulator.parser;

import java.util.List;

/**
 * One instruction as it is written, names resolved to the scope they stand in.
 *
 * @param line of the PTX text, from 1
 * @param guard name of the predicate that guards the instruction; null for none
 * @param negated whether the guard is {@code @!p}
 * @param opcode with all its modifiers, such as {@code ld.global.v4.f32}
 * @param operands in the order of the text
 */
public record Statement(
    int line, String guard, boolean negated, String opcode, List<Operand> operands, String text) {}
