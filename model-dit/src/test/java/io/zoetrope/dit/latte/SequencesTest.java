package io.zoetrope.dit.latte;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SequencesTest {
  private static final int DIM = 8;

  /** As many as 128 tokens hold, but none is left over. */
  @ParameterizedTest
  @CsvSource({"6, 4, 6", "14, 16, 7", "13, 32, 1", "1024, 16, 8", "16, 1024, 1"})
  void howManyAreComputedTogether(int count, int length, int together) {
    try (Ops ops = new Ops(new ReferenceBackend())) {
      Sequences sequences = Sequences.of(ops, count, length);
      assertEquals(together, sequences.together());
      if (together == 1) {
        assertNull(sequences.mask());
      }
    }
  }

  @Test
  void sequencesDoNotSeeEachOther() {
    try (Ops ops = new Ops(new ReferenceBackend())) {
      TorchGenerator generator = TorchGenerator.manualSeed(1);
      Tensor q = ops.upload(generator.randn(12, DIM));
      Tensor k = ops.upload(generator.randn(12, DIM));
      Tensor v = ops.upload(generator.randn(12, DIM));
      Sequences apart = new Sequences(3, 1, null);
      assertEquals(4, Sequences.of(ops, 4, 3).together());
      assertArrayEquals(
          apart.attention(ops, q, k, v, 2, 0.5f).toFloats(),
          Sequences.of(ops, 4, 3).attention(ops, q, k, v, 2, 0.5f).toFloats(),
          1e-6f);
    }
  }
}
