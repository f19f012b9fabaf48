package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a file while it is open. */
class WeightFileTest {
  /** So many that several threads decode them. */
  private static final int COUNT = 200_000;

  @TempDir private Path folder;
  private Path path;
  private WeightSource source;

  @BeforeEach
  void open() {
    path = write("weights.safetensors", 1);
    source = WeightSource.open(path);
  }

  @AfterEach
  void close() {
    source.close();
  }

  private Path write(String name, float value) {
    Path file = folder.resolve(name);
    float[] values = new float[COUNT];
    values[COUNT - 1] = value;
    SafetensorsWriter.write(
        file,
        Map.of("a", Tensor.of(values, COUNT), "b", Tensor.of(new float[] {value, 2}, 2)),
        Map.of());
    return file;
  }

  private static void cut(Path file, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }

  @Test
  void aFileThatIsCutIsNamed() throws IOException {
    long size = Files.size(path);
    StoredTensor a = source.tensor("a");
    cut(path, size - 12);
    assertArrayEquals(new float[3], floats(a, COUNT - 4));
    List<Executable> reads =
        List.of(
            a::load,
            () -> a.in(DType.F32),
            () -> a.in(DType.BF16),
            () -> floats(a, COUNT - 3),
            () -> a.read(0, DType.F32, Arena.ofAuto().allocate(COUNT * 4L)),
            () -> a.read(0, DType.F32, MemorySegment.ofArray(new byte[COUNT * 4])),
            () -> source.tensor("b").load());
    for (Executable read : reads) {
      assertEquals(
          "%s: changed while it was read: it had %d bytes when it was opened and has %d now; start again when nothing writes to it"
              .formatted(path, size, size - 12),
          assertThrows(WeightsException.class, read).getMessage());
    }
  }

  private static float[] floats(StoredTensor stored, int first) {
    float[] values = new float[3];
    stored.read(first, values, 0, 3);
    return values;
  }

  /** An interrupt closes the channel that the thread reads from, but not for others. */
  @Test
  void anInterruptEndsOneReadOnly() {
    StoredTensor b = source.tensor("b");
    Thread.currentThread().interrupt();
    String message = assertThrows(CancellationException.class, b::load).getMessage();
    assertTrue(Thread.interrupted());
    assertEquals("interrupted while " + path + " was read", message);
    assertArrayEquals(new float[] {1, 2}, b.load().toFloats());
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file cannot be replaced")
  void aFileThatWasReplacedIsNotReopened() throws IOException {
    StoredTensor b = source.tensor("b");
    Path other = write("other.safetensors", 7);
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    assertArrayEquals(new float[] {1, 2}, b.load().toFloats(), "the open file is still there");
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, b::load);
    assertTrue(Thread.interrupted());
    assertEquals(
        path + ": was replaced while it was read; start again",
        assertThrows(WeightsException.class, b::load).getMessage());
  }
}
