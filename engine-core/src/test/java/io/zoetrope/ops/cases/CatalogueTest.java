package io.zoetrope.ops.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.SeenOperations;
import io.zoetrope.tensor.DType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CatalogueTest {
  private static Set<String> operations(Stream<OperationCase> cases) {
    return cases.map(OperationCase::operation).collect(Collectors.toSet());
  }

  @Test
  void everyOperationIsChecked() {
    try (SeenOperations backend = new SeenOperations(new DryRunBackend());
        Ops ops = new Ops(backend)) {
      Catalogue.checked()
          .forEach(test -> {
            try (var _ = ops.scope()) {
              test.run(ops, test.allocated(ops));
            }
          });
      assertEquals(Set.of(), backend.missing());
    }
  }

  @Test
  void everyOperationIsMeasuredAndTried() {
    Set<String> checked = operations(Catalogue.checked());
    assertEquals(checked, operations(Catalogue.measured(DType.F32)));
    assertEquals(checked, operations(Catalogue.trials().map(Trial::typical)));
  }

  @Test
  void namesAreDifferent() {
    List<String> measured = Catalogue.measured(DType.F32).map(OperationCase::name).toList();
    assertEquals(measured.size(), Set.copyOf(measured).size());
  }

  /** Or an exchange of operands would go unnoticed. */
  @Test
  void noTwoOperandsHaveTheSameValues() {
    Catalogue.trials()
        .map(Trial::typical)
        .forEach(test -> {
          Set<Float> first = new HashSet<>();
          test.host()
              .forEach(operand -> assertTrue(first.add(operand.toFloats()[0]), test::toString));
        });
  }

  /** {@link Ops} checks the operands; nothing is computed. */
  @Test
  void operandsFit() {
    try (DryRunBackend backend = new DryRunBackend();
        Ops ops = new Ops(backend)) {
      Stream.of(DType.F32, DType.BF16)
          .flatMap(Catalogue::measured)
          .forEach(test -> {
            try (var _ = ops.scope()) {
              assertTrue(test.run(ops, test.allocated(ops)).count() > 0, test::toString);
            }
          });
    }
  }
}
