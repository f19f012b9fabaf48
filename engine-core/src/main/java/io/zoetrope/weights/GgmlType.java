package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Opaque;
import io.zoetrope.encoding.Plain;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.Optional;

/**
 * The number of a tensor's format in GGUF files (ggml.h, {@code enum ggml_type}). Numbers that are
 * left out were given up by ggml, or are newer than this table.
 */
record GgmlType(int number, Encoding encoding) {
  private static final List<GgmlType> ALL =
      List.of(
          new GgmlType(0, new Plain(DType.F32)),
          new GgmlType(1, new Plain(DType.F16)),
          new GgmlType(2, GgmlBlocks.Q4_0),
          new GgmlType(3, GgmlBlocks.Q4_1),
          new GgmlType(6, GgmlBlocks.Q5_0),
          new GgmlType(7, GgmlBlocks.Q5_1),
          new GgmlType(8, GgmlBlocks.Q8_0),
          new GgmlType(9, new Opaque("Q8_1", 32, 36)),
          new GgmlType(10, GgmlBlocks.Q2_K),
          new GgmlType(11, GgmlBlocks.Q3_K),
          new GgmlType(12, GgmlBlocks.Q4_K),
          new GgmlType(13, GgmlBlocks.Q5_K),
          new GgmlType(14, GgmlBlocks.Q6_K),
          new GgmlType(15, new Opaque("Q8_K", 256, 292)),
          new GgmlType(16, new Opaque("IQ2_XXS", 256, 66)),
          new GgmlType(17, new Opaque("IQ2_XS", 256, 74)),
          new GgmlType(18, new Opaque("IQ3_XXS", 256, 98)),
          new GgmlType(19, new Opaque("IQ1_S", 256, 50)),
          new GgmlType(20, GgmlBlocks.IQ4_NL),
          new GgmlType(21, new Opaque("IQ3_S", 256, 110)),
          new GgmlType(22, new Opaque("IQ2_S", 256, 82)),
          new GgmlType(23, GgmlBlocks.IQ4_XS),
          new GgmlType(24, new Plain(DType.I8)),
          new GgmlType(25, new Plain(DType.I16)),
          new GgmlType(26, new Plain(DType.I32)),
          new GgmlType(27, new Plain(DType.I64)),
          new GgmlType(28, new Plain(DType.F64)),
          new GgmlType(29, new Opaque("IQ1_M", 256, 56)),
          new GgmlType(30, new Plain(DType.BF16)),
          new GgmlType(34, new Opaque("TQ1_0", 256, 54)),
          new GgmlType(35, new Opaque("TQ2_0", 256, 66)),
          new GgmlType(39, new Opaque("MXFP4", 32, 17)),
          new GgmlType(40, new Opaque("NVFP4", 64, 36)),
          new GgmlType(41, new Opaque("Q1_0", 128, 18)));

  /** How the tensors of a number are stored, if that is known. */
  static Optional<Encoding> encoding(int number) {
    return ALL.stream().filter(type -> type.number == number).findFirst().map(GgmlType::encoding);
  }

  /** The number of an encoding, if GGUF files have one for it. */
  static Optional<Integer> number(Encoding encoding) {
    return ALL.stream()
        .filter(type -> type.encoding.equals(encoding))
        .findFirst()
        .map(GgmlType::number);
  }
}
