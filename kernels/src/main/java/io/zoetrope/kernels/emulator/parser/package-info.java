/**
 * PTX text, read as it stands: kernels, declarations, statements and their operands, none of them
 * decoded. It depends on {@link io.zoetrope.kernels.emulator.memory}, where variables of modules
 * are laid out, and on {@link io.zoetrope.kernels.emulator.fault}.
 */
package io.zoetrope.kernels.emulator.parser;
