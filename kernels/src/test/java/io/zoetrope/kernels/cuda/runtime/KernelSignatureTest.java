package io.zoetrope.kernels.cuda.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.zoetrope.kernels.cuda.runtime.KernelSignature.Parameter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class KernelSignatureTest {
  private static final String PTX =
      """
      .visible .entry other(
      	.param .u64 other_param_0
      )
      { ret; }
      .visible .entry mixed(
      	.param .u64 .ptr .align 1 mixed_param_0,
      	.param .u32 mixed_param_1,
      	.param .f32 mixed_param_2,
      	.param .align 8 .b8 mixed_param_3[24]
      )
      { ret; }
      """;

  @Test
  void readsWhatTheTextDeclares() {
    assertEquals(
        List.of(
            new Parameter("mixed_param_0", "u64", 8),
            new Parameter("mixed_param_1", "u32", 4),
            new Parameter("mixed_param_2", "f32", 4),
            new Parameter("mixed_param_3", "b8", 24)),
        KernelSignature.read("mixed", PTX).parameters());
    assertThrows(IllegalArgumentException.class, () -> KernelSignature.read("mix", PTX));
  }

  @Test
  void parametersOfTheLibraryHaveTheNamesOfTheirSources() {
    PtxLibrary library = new PtxLibrary();
    for (String kernel : library.kernels()) {
      List<Parameter> parameters =
          KernelSignature.read(kernel, library.moduleOf(kernel)).parameters();
      assertFalse(parameters.isEmpty(), kernel);
      for (Parameter parameter : parameters) {
        assertFalse(parameter.name().contains("_param_"), () -> kernel + ": " + parameter);
      }
    }
  }

  static Stream<Arguments> wrongArguments() {
    return Stream.of(
        arguments("is .u64; argument Integer 7 does not fit", new Object[] {7, 1, 2f, new long[3]}),
        arguments("is .u32; argument Long 1 does not fit", new Object[] {7L, 1L, 2f, new long[3]}),
        arguments("is .u32; argument Float 2.0 does not", new Object[] {7L, 2f, 1, new long[3]}),
        arguments("is .f32; argument Integer 2 does not", new Object[] {7L, 1, 2, new long[3]}),
        arguments(
            "is a structure of 24 bytes; argument long[2] does not fit",
            new Object[] {7L, 1, 2f, new long[2]}),
        arguments("mixed takes 4 arguments (mixed_param_0, mixed_param_1", new Object[] {7L}));
  }

  @ParameterizedTest
  @MethodSource
  void wrongArguments(String message, Object[] wrong) {
    KernelSignature signature = KernelSignature.read("mixed", PTX);
    signature.check(7L, 1, 2f, new long[3]);
    String said =
        assertThrows(IllegalArgumentException.class, () -> signature.check(wrong)).getMessage();
    assertEquals(message, said.contains(message) ? message : said);
  }
}
