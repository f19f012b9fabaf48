package io.zoetrope.kernels.emulator.parser;

import java.util.List;
import java.util.Map;

/**
 * A kernel as it is written, before its instructions are decoded.
 *
 * @param parameterBytes size of the parameter buffer
 * @param maximumThreads of a block, by {@code .maxntid} or {@code .reqntid}; 1024 without them
 * @param registers declared registers and their types, under names that are unique in the kernel
 * @param symbols addresses of variables: offsets in shared and local memory, or global addresses
 * @param labels indices of the statements they stand before
 */
public record ParsedKernel(
    String name,
    List<KernelParameter> parameters,
    int parameterBytes,
    int maximumThreads,
    int sharedBytes,
    int localBytes,
    Map<String, PtxType> registers,
    Map<String, Long> symbols,
    Map<String, Integer> labels,
    List<Statement> statements) {}
