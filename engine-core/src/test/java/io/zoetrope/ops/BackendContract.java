package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.cases.Bound;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every {@link Backend} must do: each case of the {@link Catalogue}, weights in any format.
 */
public abstract class BackendContract extends EncodingContract {
  /** As {@link CaseCheck} says. */
  protected boolean roundsProbabilities() {
    return false;
  }

  /** As {@link CaseCheck} says. */
  protected boolean sharesErrors() {
    return false;
  }

  /** The cases that this backend is tested with. */
  protected Stream<OperationCase> cases() {
    return Catalogue.checked();
  }

  /** Compares the results of an {@link Ops} on the backend. */
  protected CaseCheck check(Ops tested) {
    return new CaseCheck(tested, roundsProbabilities(), sharesErrors());
  }

  /** Something to do with the backend under test. */
  @FunctionalInterface
  private interface Use {
    void of(Ops tested);
  }

  private void use(Use use) {
    try (Backend backend = open();
        Ops tested = new Ops(backend)) {
      use.of(tested);
    }
  }

  @TestFactory
  Stream<DynamicTest> operations() {
    Map<String, List<OperationCase>> byOperation =
        cases()
            .collect(
                Collectors.groupingBy(
                    OperationCase::operation, LinkedHashMap::new, Collectors.toList()));
    return byOperation.entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(
                entry.getKey(), () -> use(tested -> compare(tested, entry.getValue()))));
  }

  private void compare(Ops tested, List<OperationCase> cases) {
    try (CaseCheck check = check(tested)) {
      cases.forEach(check::run);
    }
  }

  /**
   * An operation that stands for a chain of others rounds where they would. Whole numbers add up
   * exactly, which tells to the bit.
   */
  @Test
  void operationsAreTheirChains() {
    List<OperationCase> exact =
        Catalogue.checked()
            .filter(test -> test.bound() == Bound.EQUAL && test.name().contains("whole numbers"))
            .filter(test -> !(sharesErrors() && test.operation().startsWith("conv3d")))
            .toList();
    use(tested -> {
      try (Ops chained = new Ops(new ChainedBackend(tested.backend()))) {
        for (OperationCase test : exact) {
          List<Tensor> host = test.host();
          Tensor want = chained.download(test.run(chained, test.on(chained, host)));
          Tensor got = tested.download(test.run(tested, test.on(tested, host)));
          CaseCheck.checkEqual(test.toString(), got, want);
        }
      }
    });
  }

  /** A weight may be used again, in whole and in part, and as a table. */
  @Test
  void weightsKeepTheirValues() {
    Tensor weight = numbers(DType.BF16, 40, 24);
    Tensor x = numbers(DType.F32, 9, 24);
    use(tested -> {
      try (Ops reference = new Ops(new ReferenceBackend())) {
        Tensor placed = tested.backend().place(weight, DType.F32);
        Tensor there = tested.upload(x);
        for (int[] part : new int[][] {{0, 40}, {16, 24}, {0, 40}, {3, 17}, {16, 23}}) {
          Tensor used = placed.narrow(0, part[0], part[1]);
          Tensor got = tested.linear(there, used, null, Activation.NONE);
          Tensor rows = weight.narrow(0, part[0], part[1]);
          Tensor want = reference.linear(x, rows, null, Activation.NONE);
          CaseCheck.checkEqual("rows " + Arrays.toString(part), tested.download(got), want);
        }
        int[] ids = {39, 0, 7, 7};
        Tensor rows = tested.download(tested.embedding(placed, ids, DType.F32));
        CaseCheck.checkEqual("embedding", rows, reference.embedding(weight, ids, DType.F32));
      }
    });
  }

  /** What a scope keeps slides down over what it frees, even onto itself. */
  @Test
  void keptTensorsMove() {
    Tensor x = numbers(DType.F32, 1000);
    use(tested -> {
      try (Scope scope = tested.scope("inner")) {
        tested.allocate(DType.F32, Shape.of(100));
        Tensor kept = scope.keep(tested.upload(x));
        CaseCheck.checkEqual("keep", tested.download(kept), x);
      }
      assertTrue(tested.peakBytes() > 0);
    });
  }

  /** Copies take views of what is in host memory, and convert. */
  @Test
  void hostTensorsAreCopiedIn() {
    Tensor x = numbers(DType.F32, 6, 8);
    use(tested -> {
      for (Tensor view : List.of(x, x.permute(1, 0), x.narrow(1, 3, 2))) {
        Tensor out = tested.allocate(DType.BF16, view.shape());
        tested.copyInto(out, view);
        assertArrayEquals(view.toFloats(), tested.download(out).toFloats(), view.toString());
      }
    });
  }

  /**
   * Where a tracer replaces what a fused operation leaves out of memory, its parts are computed:
   * the same, if it is replaced by itself.
   */
  @Test
  void fusedOperationsCanBeTakenApart() {
    Tensor x = numbers(DType.F32, 6, 16);
    Tensor weight = numbers(DType.BF16, 16, 16);
    Tensor gate = numbers(DType.F32, 16);
    Tracer looking =
        new Tracer() {
          @Override
          public boolean replaces(String path) {
            return path.equals("layer") || path.equals("norm");
          }
        };
    use(tested -> {
      try (Ops whole = new Ops(tested.backend());
          Ops apart = new Ops(tested.backend(), looking)) {
        for (DType dtype : List.of(DType.F32, DType.BF16)) {
          Tensor placed = tested.backend().place(weight, DType.F32);
          Tensor want = layer(whole, whole.cast(whole.upload(x), dtype), placed, gate);
          Tensor got = layer(apart, apart.cast(apart.upload(x), dtype), placed, gate);
          CaseCheck.checkEqual("sum", apart.download(got), whole.download(want));
          Tensor norm = norm(whole, whole.cast(whole.upload(x), dtype), gate);
          Tensor rounded = norm(apart, apart.cast(apart.upload(x), dtype), gate);
          assertArrayEquals(
              whole.download(norm).toFloats(),
              apart.download(rounded).toFloats(),
              dtype == DType.F32 ? 1e-4f : 0.5f);
        }
      }
    });
  }

  private static Tensor layer(Ops ops, Tensor x, Tensor weight, Tensor gate) {
    PendingProduct product;
    try (var scope = ops.scope("layer")) {
      product = scope.hold(ops.linearProduct(ops.copy(x), weight, null));
    }
    ops.addGatedInPlace(x, product, ops.upload(gate));
    return x;
  }

  private static Tensor norm(Ops ops, Tensor x, Tensor modulation) {
    try (var scope = ops.scope("norm")) {
      Tensor there = ops.upload(modulation);
      return scope.keep(ops.adaLayerNorm(x, there, there, 1e-6f));
    }
  }

  /** Small whole numbers, whose products add up exactly. */
  private static Tensor numbers(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    for (long i = 0; i < tensor.count(); i++) {
      Conversions.fromFloat(tensor.segment(), dtype, i, i * 31 % 17 - 8);
    }
    return tensor;
  }
}
