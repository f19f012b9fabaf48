package io.zoetrope.bench;

import io.zoetrope.ops.Ops;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One operation of {@link Ops} with operands of one shape.
 *
 * @param operation name of the method
 * @param shape as the tables show it
 * @param work makes the operands, once, and returns the operation on them
 */
record KernelCase(String operation, String shape, Function<Inputs, Consumer<Ops>> work) {
  /** Operation and shape. */
  String name() {
    return operation + " " + shape;
  }
}
