package io.zoetrope.ops.cases;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** An operation, or a variant of one, in the catalogue: what it is called with, at which shapes. */
final class Entry {
  private static final List<DType> COMPUTED = List.of(DType.F32, DType.BF16);
  private static final List<DType> STORED =
      List.of(DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2);

  /** Makes the call at a shape. */
  @FunctionalInterface
  interface Maker {
    Call of(DType dtype, int[] sizes);
  }

  private final Signature signature;
  private final String label;
  private final Maker maker;
  private Bound bound = Bound.LARGEST;
  private List<DType> dtypes = COMPUTED;
  private List<DType> storedTypes = List.of(DType.F32, DType.BF16);
  private boolean everyStoredType;
  private List<String> checked = List.of();
  private List<String> measured = List.of();
  private String typical;
  private String large;

  /**
   * An operation that has no cases yet.
   *
   * @param label what is particular, with a place for the shape
   */
  Entry(Signature signature, String label, Maker maker) {
    this.signature = signature;
    this.label = label;
    this.maker = maker;
  }

  /** How its errors are measured, unless by the largest value. */
  Entry bound(Bound newBound) {
    bound = newBound;
    return this;
  }

  /** Dtypes of activations in which it is compared. */
  Entry dtypes(DType... newDTypes) {
    dtypes = List.of(newDTypes);
    return this;
  }

  /** Its weights are compared in any convertible dtype; shapes take turns. */
  Entry anyWeights() {
    storedTypes = STORED;
    return this;
  }

  /** Its weights are compared in every convertible dtype at each shape. */
  Entry everyWeight() {
    everyStoredType = true;
    return anyWeights();
  }

  /** Its weights are compared in the dtype of the activations alone. */
  Entry matchingWeights() {
    storedTypes = List.of();
    return this;
  }

  /** Shapes at which backends are compared: ones, primes, neighbours of sizes that kernels like. */
  Entry checked(String... shapes) {
    checked = List.of(shapes);
    return this;
  }

  /** Shapes of models at which its time is taken. */
  Entry measured(String... shapes) {
    measured = List.of(shapes);
    return this;
  }

  /** A shape that tells whether a device computes it rightly, and one that keeps a device busy. */
  Entry selfTest(String typicalShape, String largeShape) {
    typical = typicalShape;
    large = largeShape;
    return this;
  }

  /** A shape that tells whether a device computes it rightly; its time says nothing. */
  Entry selfTest(String typicalShape) {
    typical = typicalShape;
    return this;
  }

  Signature signature() {
    return signature;
  }

  /** Operation and what is particular, without a shape. */
  String title() {
    return (signature.operation() + " " + label.replace("%s", "").strip()).strip();
  }

  Stream<OperationCase> checked() {
    List<OperationCase> cases = new ArrayList<>();
    for (int i = 0; i < checked.size(); i++) {
      for (int j = 0; j < dtypes.size(); j++) {
        DType dtype = dtypes.get(j);
        for (DType stored : storedTypes(dtype, i + j)) {
          cases.add(at(checked.get(i), dtype, stored));
        }
      }
    }
    return cases.stream();
  }

  private List<DType> storedTypes(DType dtype, int turn) {
    if (storedTypes.isEmpty()) {
      return List.of(dtype);
    }
    return everyStoredType ? storedTypes : List.of(storedTypes.get(turn % storedTypes.size()));
  }

  Stream<OperationCase> measured(DType dtype) {
    return measured.stream().map(shape -> at(shape, dtype, dtype));
  }

  Stream<OperationCase> typical(DType dtype) {
    return Stream.ofNullable(typical).map(shape -> at(shape, dtype, dtype));
  }

  Stream<OperationCase> large(DType dtype) {
    return Stream.ofNullable(large).map(shape -> at(shape, dtype, dtype));
  }

  /** A case at any shape with as many sizes as those that it is compared and measured at. */
  Stream<OperationCase> shaped(String shape, DType dtype) {
    long sizes = sizes(shape);
    return Stream.of(checked.stream(), measured.stream(), Stream.ofNullable(typical))
            .flatMap(shapes -> shapes)
            .anyMatch(known -> sizes(known) == sizes)
        ? Stream.of(at(shape, dtype, dtype))
        : Stream.empty();
  }

  private static long sizes(String shape) {
    return shape.split("x").length;
  }

  private OperationCase at(String shape, DType dtype, DType stored) {
    int[] sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
    Call call = maker.of(dtype, sizes);
    return new OperationCase(
        signature.operation(),
        label.formatted(shape),
        dtype,
        stored,
        call.operands(),
        bound,
        (ops, tensors) -> call.run(signature, ops, tensors));
  }

  // ---------------------------------------------------------------- operands

  static Operand activation(String name, long... sizes) {
    return activation(name, Values.NORMAL, sizes);
  }

  static Operand activation(String name, Values values, long... sizes) {
    return new Operand(name, Operand.Kind.ACTIVATION, Shape.of(sizes), values);
  }

  static Operand other(String name, long... sizes) {
    return new Operand(name, Operand.Kind.OTHER, Shape.of(sizes), Values.NORMAL);
  }

  static Operand floats(String name, long... sizes) {
    return floats(name, Values.NORMAL, sizes);
  }

  static Operand floats(String name, Values values, long... sizes) {
    return new Operand(name, Operand.Kind.FLOATS, Shape.of(sizes), values);
  }

  static Operand weight(String name, long... sizes) {
    return weight(name, Values.NORMAL, sizes);
  }

  static Operand weight(String name, Values values, long... sizes) {
    return new Operand(name, Operand.Kind.WEIGHT, Shape.of(sizes), values);
  }

  /** A weight that stays as it is stored, of random bytes; its numbers are rounded to a dtype. */
  static Operand codes(String name, Encoding form, DType rounding, long... sizes) {
    return new Operand(name, new Operand.Form(form, rounding), Shape.of(sizes));
  }
}
