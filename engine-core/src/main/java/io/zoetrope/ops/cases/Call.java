package io.zoetrope.ops.cases;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;

/** What a case calls its operation with: operands, views of them, and attributes. */
final class Call {
  private record View(Operand operand, UnaryOperator<Tensor> of) {}

  /** An argument: an {@link Operand}, a {@link View} of one, or the value of an attribute. */
  private record Argument(String name, Object value) {}

  private final List<Operand> operands;
  private final List<Argument> arguments = new ArrayList<>();

  private Call(List<Operand> operands) {
    this.operands = List.copyOf(operands);
    operands.forEach(operand -> with(operand.name(), operand));
  }

  static Call call(Operand... operands) {
    return new Call(List.of(operands));
  }

  static Call call(List<Operand> operands) {
    return new Call(operands);
  }

  /** With an attribute too. */
  Call with(String name, Object value) {
    arguments.add(new Argument(name, value));
    return this;
  }

  /** With a view of an operand in its place. */
  Call view(String operand, UnaryOperator<Tensor> of) {
    int index = indexOf(operand);
    arguments.set(index, new Argument(operand, new View(operands.get(index), of)));
    return this;
  }

  /** With a view of an operand too. */
  Call view(String name, String operand, UnaryOperator<Tensor> of) {
    return with(name, new View(operands.get(indexOf(operand)), of));
  }

  List<Operand> operands() {
    return operands;
  }

  /**
   * Calls the operation with tensors in the place of operands.
   *
   * @throws IllegalArgumentException if the operation asks for others, or does not ask for one
   */
  Tensor run(Signature signature, Ops ops, List<Tensor> tensors) {
    Asked asked = new Asked(tensors);
    Tensor result = signature.call(ops, asked);
    int unread = asked.read.nextClearBit(0);
    if (unread < arguments.size()) {
      throw new IllegalArgumentException(
          "%s does not take '%s'".formatted(signature.operation(), arguments.get(unread).name));
    }
    return result;
  }

  /** The place of an argument, which for operands is theirs; -1 for none. */
  private int indexOf(String name) {
    for (int i = 0; i < arguments.size(); i++) {
      if (arguments.get(i).name.equals(name)) {
        return i;
      }
    }
    return -1;
  }

  private final class Asked implements Arguments {
    private final List<Tensor> tensors;
    private final BitSet read = new BitSet();

    Asked(List<Tensor> tensors) {
      this.tensors = tensors;
    }

    @Override
    public Tensor optional(String name) {
      return switch (attribute(name)) {
        case null -> null;
        case View(Operand operand, UnaryOperator<Tensor> of) -> of.apply(of(operand));
        case Operand operand -> of(operand);
        default -> throw new IllegalArgumentException("'%s' is no operand".formatted(name));
      };
    }

    private Tensor of(Operand operand) {
      int index = indexOf(operand.name());
      read.set(index);
      return tensors.get(index);
    }

    @Override
    public Object attribute(String name) {
      int index = indexOf(name);
      if (index < 0) {
        return null;
      }
      read.set(index);
      return arguments.get(index).value;
    }
  }
}
