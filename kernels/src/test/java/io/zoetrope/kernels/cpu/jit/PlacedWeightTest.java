package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.memory.PlacedWeight;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlacedWeightTest {
  /** Whole panels of every instruction set. */
  private static final int COLUMNS = 96;

  private static final int DEPTH = 48;

  private static final int[] IDS = {3, COLUMNS - 1, 3, 0};

  private final Tensor stored = TorchGenerator.manualSeed(1).randn(COLUMNS, DEPTH);

  static Stream<Arguments> machines() {
    return Machine.all()
        .flatMap(
            machine -> Stream.of(DType.F32, DType.BF16).map(dtype -> Arguments.of(machine, dtype)));
  }

  private static Backend open(Machine machine) {
    return new GeneratedBackend(1, machine.set(), machine.loader());
  }

  /** Two products with the same weight, and what is known of its size afterwards. */
  private long weightBytes(Backend backend, Tensor weight, DType dtype) {
    try (Ops ops = new Ops(backend)) {
      Tensor x = ops.cast(ops.upload(Tensor.zeros(DType.F32, 5, DEPTH)), dtype);
      ops.linear(x, weight, null, Activation.NONE);
      ops.linear(x, weight, null, Activation.NONE);
      return ops.weightBytes();
    }
  }

  @ParameterizedTest
  @MethodSource("machines")
  void packedFormIsAsLargeAsADryRunSays(Machine machine, DType dtype) {
    long predicted;
    try (Backend dryRun = new DryRunBackend()) {
      predicted = weightBytes(dryRun, dryRun.place(stored, dtype), dtype);
    }
    try (Backend backend = open(machine)) {
      Tensor weight = backend.place(stored, dtype);
      assertEquals(predicted, weightBytes(backend, weight, dtype));
      assertEquals(
          predicted,
          ((PlacedWeight) weight.storage())
              .packed().values().stream().mapToLong(packed -> packed.panels().byteSize()).sum());
    }
    assertEquals((long) COLUMNS * DEPTH * dtype.bytes(), predicted);
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void otherDtypesAreConvertedWhileTheyArePacked(Machine machine) {
    float[] values = stored.toFloats();
    for (DType narrow : List.of(DType.F16, DType.F8_E4M3, DType.F8_E5M2)) {
      Tensor weight = Tensor.zeros(narrow, COLUMNS, DEPTH);
      for (int i = 0; i < weight.count(); i++) {
        if (narrow == DType.F16) {
          Conversions.fromFloat(weight.segment(), narrow, i, values[i]);
        } else {
          // Without the highest exponents every byte is a number below 2.
          weight.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 37 & 0x3f));
        }
      }
      try (Backend backend = open(machine);
          Backend definition = new ReferenceBackend();
          Ops ops = new Ops(backend);
          Ops reference = new Ops(definition)) {
        Tensor x = TorchGenerator.manualSeed(2).randn(7, DEPTH);
        Tensor placed = backend.place(weight, DType.F32);
        float[] got = ops.download(ops.linear(x, placed, null, Activation.NONE)).toFloats();
        float[] want =
            reference
                .linear(x, definition.place(weight, DType.F32), null, Activation.NONE)
                .toFloats();
        assertArrayEquals(want, got, 1e-4f, narrow.toString());
        assertEquals(
            ops.weightBytes(),
            ((PlacedWeight) placed.storage())
                .packed().values().stream().mapToLong(packed -> packed.panels().byteSize()).sum());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("machines")
  void rowsOfATableAreRoundedAsTheyAreRead(Machine machine, DType dtype) {
    try (Backend definition = new ReferenceBackend();
        Backend backend = open(machine)) {
      assertArrayEquals(
          rows(definition, definition.place(stored, dtype), dtype),
          rows(backend, backend.place(stored, dtype), dtype));
    }
  }

  private static float[] rows(Backend backend, Tensor table, DType dtype) {
    try (Ops ops = new Ops(backend)) {
      return ops.download(ops.embedding(table, IDS, dtype)).toFloats();
    }
  }
}
