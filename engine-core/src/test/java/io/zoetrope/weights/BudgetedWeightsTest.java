package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Blocks that are fetched before they are read, and let go behind. */
class BudgetedWeightsTest {
  private static final List<List<String>> BLOCKS =
      List.of(List.of("b.0.weight"), List.of("b.1.weight"), List.of("b.2.weight"));

  private final BlockingQueue<String> advice = new LinkedBlockingQueue<>();
  @TempDir private Path folder;

  /** Bytes of zeros whose owner notes what it is told. */
  private record Noted(String name, BlockingQueue<String> advice) implements StoredBytes {
    @Override
    public void read(long position, MemorySegment to) {
      to.fill((byte) 0);
    }

    @Override
    public void fetch(long position, long size) {
      advice.add("fetch %s %d+%d".formatted(name, position, size));
    }

    @Override
    public void forget(long position, long size) {
      advice.add("forget %s %d+%d".formatted(name, position, size));
    }
  }

  private WeightSource source() {
    return new WeightSource() {
      @Override
      public Set<String> names() {
        return Set.of("a.weight", "b.0.weight", "b.1.weight", "b.2.weight");
      }

      @Override
      public StoredTensor tensor(String name) {
        return new StoredTensor(
            name,
            new Plain(DType.F32),
            Shape.of(2, 3),
            new Noted(name, advice),
            Lifetime.UNBOUNDED);
      }

      @Override
      public String description() {
        return "memory";
      }
    };
  }

  private static void read(WeightSource weights, String name) {
    weights.tensor(name).read(0, new float[6], 0, 6);
  }

  private void assertTold(String what) throws InterruptedException {
    assertEquals(what, advice.poll(10, TimeUnit.SECONDS));
  }

  /** Where a machine keeps all of them, none is let go. */
  @ParameterizedTest
  @CsvSource({"1000, false", "71, true"})
  void theNextBlockIsFetchedAndTheLastOneLetGo(long kept, boolean forgets)
      throws InterruptedException {
    WeightSource weights = new BudgetedWeights(source(), BLOCKS, kept);
    read(weights, "a.weight");
    read(weights, "b.0.weight");
    read(weights, "b.0.weight");
    assertTold("fetch b.1.weight 0+24");
    for (int block : new int[] {1, 2, 0}) {
      read(weights, "b.%d.weight".formatted(block));
      if (forgets) {
        assertTold("forget b.%d.weight 0+24".formatted((block + 2) % 3));
      }
      assertTold("fetch b.%d.weight 0+24".formatted((block + 1) % 3));
    }
    assertNull(advice.poll());
    assertEquals(Residence.STORED, weights.residence(weights.tensor("b.1.weight")));
    assertEquals(Residence.PACKED, weights.residence(weights.tensor("a.weight")));
  }

  /** Advice changes nothing of what is read. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileTakesAdvice() throws IOException {
    Path path = folder.resolve("one.safetensors");
    Tensor values = TorchGenerator.manualSeed(3).randn(64, 64);
    SafetensorsWriter.write(path, Map.of("b.0.weight", values), Map.of());
    assertTrue(PageAdvice.give(path, 0, Files.size(path), PageAdvice.WILL_NEED));
    assertFalse(PageAdvice.give(folder.resolve("none"), 0, 1, PageAdvice.WILL_NEED));
    try (WeightSource file = WeightSource.open(path)) {
      StoredTensor tensor = file.tensor("b.0.weight");
      tensor.bytes().fetch(0, tensor.byteSize());
      tensor.bytes().forget(0, tensor.byteSize());
      assertArrayEquals(values.toFloats(), tensor.in(DType.F32).toFloats());
    }
  }
}
