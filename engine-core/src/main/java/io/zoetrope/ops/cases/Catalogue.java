package io.zoetrope.ops.cases;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** All operations, at the shapes at which they are compared, measured, and tried on a device. */
public final class Catalogue {
  private static final List<Entry> ENTRIES =
      Stream.of(
              MatrixCases.entries(),
              ConvolutionCases.entries(),
              RowCases.entries(),
              ElementCases.entries(),
              SamplerCases.entries())
          .flatMap(List::stream)
          .toList();

  private Catalogue() {}

  /** How an operation is called, by the name of its method in {@link Ops}. */
  public static Optional<Signature> signature(String operation) {
    return ENTRIES.stream()
        .map(Entry::signature)
        .filter(signature -> signature.operation().equals(operation))
        .findFirst();
  }

  /** Cases at which every backend is compared with the definition; the same ones every time. */
  public static Stream<OperationCase> checked() {
    return Checked.CASES.stream();
  }

  /** Made when somebody first asks for them. */
  private static final class Checked {
    private static final List<OperationCase> CASES =
        ENTRIES.stream().flatMap(Entry::checked).toList();
  }

  /** Cases of models' shapes, for benchmarks; no two have the same name. */
  public static Stream<OperationCase> measured(DType dtype) {
    return ENTRIES.stream().flatMap(entry -> entry.measured(dtype));
  }

  /**
   * Every operation at a shape of somebody's own; those whose shapes have as many sizes.
   *
   * @param shape sizes, in the order of the operation's other cases, joined by {@code x}
   * @param dtype of activations and weights
   */
  public static Stream<OperationCase> at(String shape, DType dtype) {
    return ENTRIES.stream().flatMap(entry -> entry.shaped(shape, dtype));
  }

  /** What a device that has never been tried should try. */
  public static Stream<Trial> trials() {
    return ENTRIES.stream()
        .flatMap(entry ->
            Stream.of(DType.BF16, DType.F32)
                .flatMap(dtype ->
                    entry
                        .typical(dtype)
                        .map(typical ->
                            new Trial(entry.title(), typical, entry.large(dtype).findFirst()))));
  }
}
