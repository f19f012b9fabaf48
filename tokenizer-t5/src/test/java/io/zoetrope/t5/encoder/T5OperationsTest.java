package io.zoetrope.t5.encoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class T5OperationsTest {
  private static Golden golden() {
    return Golden.open(Fixtures.path("ops"));
  }

  @ParameterizedTest
  @CsvSource({"true, 32, 128", "true, 16, 64", "false, 32, 128", "false, 16, 64"})
  void bucketsAreTransformers(boolean bidirectional, int numBuckets, int maxDistance) {
    String name =
        "t5_relative_position_bucket/%s_%d_%d/"
            .formatted(bidirectional ? "bidirectional" : "causal", numBuckets, maxDistance);
    try (Golden golden = golden()) {
      float[] relative = golden.stored(name + "relative_position").toFloats();
      float[] expected = golden.stored(name + "out").toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(
            (int) expected[i],
            RelativePositions.bucket((int) relative[i], bidirectional, numBuckets, maxDistance),
            "relative position " + relative[i]);
      }
    }
  }

  @Test
  void bucketsAreLaidOutByQueryThenKey() {
    // Of 4 buckets, 0 and 1 are for keys in front of the query, 2 and 3 for those behind.
    assertArrayEquals(new int[] {0, 3, 3, 1, 0, 3, 1, 1, 0}, RelativePositions.buckets(3, 4, 128));
  }

  @Test
  void layerNormIsTransformers() {
    try (Golden golden = golden();
        ReferenceBackend backend = new ReferenceBackend();
        Ops ops = new Ops(backend)) {
      RmsNorm norm = new RmsNorm(golden.stored("t5_layer_norm/weight"), 1e-6f);
      assertArrayEquals(
          golden.stored("t5_layer_norm/out").toFloats(),
          norm.forward(ops, golden.stored("t5_layer_norm/x")).toFloats(),
          1e-6f);
    }
  }
}
