package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.Printable;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * GGUF files with random faults are read, or refused in one line, with no more memory than files of
 * their size have a use for.
 *
 * <p>{@code -Dzoetrope.fuzz=100000} asks for so many of them, {@code -Dzoetrope.fuzz.first=123}
 * begins at another than case 0.
 */
class GgufFuzzTest {
  private static final int CASES = 3000;

  /** Of files that have large tensors, what is kept. */
  private static final int LONGEST = 1 << 16;

  private static final long MEMORY = 8 << 20;
  private static final int DECODED = 1 << 14;

  private static final long[] EXTREMES = {
    0,
    1,
    2,
    3,
    7,
    31,
    33,
    255,
    1 << 16,
    Integer.MAX_VALUE,
    1L << 31,
    (1L << 32) - 1,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -32
  };

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void mutatedFilesAreReadOrRefused() throws IOException {
    List<byte[]> seeds = seeds();
    int first = Integer.getInteger("zoetrope.fuzz.first", 0);
    int count = Integer.getInteger("zoetrope.fuzz", CASES);
    int read = 0;
    for (int number = first; number < first + count; number++) {
      Random random = new Random(number);
      byte[] bytes = mutated(seeds.get(random.nextInt(seeds.size())), random);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      try {
        use(bytes);
        read++;
      } catch (WeightsException e) {
        requireReadable(e.getMessage());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("case %d: %s".formatted(number, e), e);
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < MEMORY, "case %d took %d bytes".formatted(number, allocated));
    }
    assertTrue(count < CASES || read > count / 20, "%d of %d were read".formatted(read, count));
    assertTrue(
        count < CASES || read < count * 19L / 20, "%d of %d were read".formatted(read, count));
  }

  private static List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String name : List.of("malformed", "files")) {
      try (Stream<Path> files = Files.list(Fixtures.path("gguf/" + name))) {
        for (Path file :
            files.filter(path -> path.toString().endsWith(".gguf")).sorted().toList()) {
          seeds.add(Files.readAllBytes(file));
        }
      }
    }
    seeds.removeIf(seed -> seed.length == 0 || seed.length > LONGEST);
    return seeds;
  }

  private static void requireReadable(String message) {
    assertTrue(message.startsWith("fuzzed: "), message);
    assertEquals(message, Printable.escape(message));
    assertTrue(message.length() < 1000, message);
  }

  /** As a model and its tokenizer do. */
  private static void use(byte[] bytes) {
    StoredBytes file = new StoredBytes.InMemory(MemorySegment.ofArray(bytes));
    GgufHeader header = GgufHeader.parse("fuzzed", file, bytes.length);
    header
        .entries()
        .forEach((name, entry) -> {
          StoredBytes data = (position, to) -> file.read(entry.begin() + position, to);
          StoredTensor tensor =
              new StoredTensor(name, entry.encoding(), entry.shape(), data, Lifetime.UNBOUNDED);
          if (tensor.encoding().holdsNumbers() && tensor.count() <= DECODED) {
            tensor.read(0, new float[(int) tensor.count()], 0, (int) tensor.count());
          }
        });
    GgufMetadata values = header.metadata();
    values.texts();
    for (String key : values.keys()) {
      for (Runnable reading :
          List.<Runnable>of(
              () -> values.text(key),
              () -> values.integer(key),
              () -> values.textArray(key, 1000),
              () -> values.floatArray(key),
              () -> values.intArray(key),
              () -> values.byteArray(key))) {
        try {
          reading.run();
        } catch (WeightsException e) {
          requireReadable(e.getMessage());
        }
      }
    }
  }

  private static byte[] mutated(byte[] seed, Random random) {
    byte[] bytes = seed.clone();
    // Most of a file is data, where nothing can be wrong.
    int header = Math.min(bytes.length, random.nextBoolean() ? 256 : bytes.length);
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = random.nextInt(header);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> put(bytes, at, EXTREMES[random.nextInt(EXTREMES.length)], Long.BYTES);
        case 3 -> put(bytes, at, EXTREMES[random.nextInt(EXTREMES.length)], Integer.BYTES);
        case 4 -> {
          int from = random.nextInt(header);
          int length = Math.min(random.nextInt(64), header - Math.max(at, from));
          System.arraycopy(seed, from, bytes, at, length);
        }
        default -> bytes[at] = (byte) random.nextInt(14);
      }
    }
    return random.nextInt(8) > 0
        ? bytes
        : Arrays.copyOf(bytes, random.nextInt(bytes.length + bytes.length / 8 + 1));
  }

  private static void put(byte[] bytes, int at, long value, int length) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    System.arraycopy(all, 0, bytes, at, Math.min(length, bytes.length - at));
  }
}
