package io.zoetrope.pipeline.prompts;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.CachedPrompts;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptCacheTest {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path folder;
  private final Backend device = BackendProvider.open("cpu", 1);

  @AfterEach
  void close() {
    device.close();
  }

  private static ModelSource model() {
    return ModelFolder.open(Fixtures.path("wan21-t2v-tiny"));
  }

  private ModelSource cached() {
    return new CachedPrompts(model(), PromptCache.in(folder, MEBIBYTE));
  }

  private byte[] clip(ModelSource model, DType dtype, String prompt, Tracer tracer) {
    ModelPrecision precision = new ModelPrecision(dtype, DType.F32);
    try (VideoPipeline pipeline =
        VideoPipeline.open(model, device, precision, WeightRetention.RELEASE)) {
      GenerationRequest request =
          pipeline
              .request(prompt)
              .with(new ClipSize(16, 16, 1))
              .with(Setting.STEPS, 1)
              .with(Setting.MAX_SEQUENCE_LENGTH, 8);
      byte[][] frames = new byte[1][];
      pipeline
          .generate(request, Progress.NONE, tracer)
          .frames()
          .forEach(frame -> frames[0] = frame.clone());
      return frames[0];
    }
  }

  private byte[] clip(ModelSource model) {
    return clip(model, DType.F32, "a prompt", Tracer.NONE);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** The first clip fills the cache, and those after it read it. */
  @Test
  void embeddingsOfTheCacheGiveTheSameClip() throws IOException {
    byte[] plain = clip(model());
    assertArrayEquals(plain, clip(cached()));
    List<Path> files = files();
    assertEquals(2, files.size(), "prompt and negative prompt");
    assertArrayEquals(plain, clip(cached()));
    assertEquals(files, files());

    // Another embedding under the same key shows that it is the cache that is read.
    PromptCache cache = PromptCache.in(folder, MEBIBYTE);
    for (Path file : files) {
      PromptKey key = new PromptKey(file.getFileName().toString().split("\\.")[0]);
      Tensor embedding = cache.find(key).orElseThrow();
      Tensor other = Tensor.zeros(embedding.dtype(), embedding.shape().sizes());
      cache.keep(key, other);
    }
    assertFalse(Arrays.equals(plain, clip(cached())));
  }

  /** Whoever looks at tensors sees those of the encoder. */
  @Test
  void tracersSeeTheEncoder() {
    clip(cached());
    AtomicInteger blocks = new AtomicInteger();
    Tracer tracer =
        new Tracer() {
          @Override
          public boolean wants(String path) {
            return path.endsWith("block0");
          }

          @Override
          public void tensor(String path, Tensor tensor) {
            blocks.incrementAndGet();
          }
        };
    clip(cached(), DType.F32, "a prompt", tracer);
    assertTrue(blocks.get() >= 2, "blocks of both prompts: " + blocks);
  }

  @Test
  void whatDecidesAboutAnEmbeddingIsInItsKey() throws IOException {
    clip(cached());
    clip(cached(), DType.F32, "another prompt", Tracer.NONE);
    assertEquals(3, files().size(), "the negative prompt is the same");
    clip(cached(), DType.BF16, "a prompt", Tracer.NONE);
    assertEquals(5, files().size(), "other number format");
    List<String> here = List.of("engine", "encoder", "device");
    PromptKey key = PromptKey.of(here, "weights", new int[] {1, 2}, 2);
    assertEquals(key, PromptKey.of(here, "weights", new int[] {1, 2}, 2));
    assertNotEquals(key, PromptKey.of(here, "weights", new int[] {1, 2}, 1));
    assertNotEquals(key, PromptKey.of(here, "weights", new int[] {1, 3}, 2));
    assertNotEquals(key, PromptKey.of(here, "other weights", new int[] {1, 2}, 2));
    assertNotEquals(
        key, PromptKey.of(List.of("engine", "encoder", "gpu"), "weights", new int[] {1, 2}, 2));
  }

  /** Half of a file, one of another prompt, one of somebody else, and one that nobody can read. */
  @Test
  void filesThatAreNotWholeAreMadeAgain() throws IOException {
    byte[] plain = clip(cached());
    List<Path> files = files();
    byte[] first = Files.readAllBytes(files.get(0));
    byte[] second = Files.readAllBytes(files.get(1));
    byte[] half = Arrays.copyOf(first, first.length / 2);
    byte[] changed = first.clone();
    changed[first.length - 3] ^= 1;
    for (byte[] wrong : List.of(half, second, changed, new byte[0], "text".getBytes())) {
      Files.write(files.get(0), wrong);
      assertArrayEquals(plain, clip(cached()));
      assertArrayEquals(first, Files.readAllBytes(files.get(0)));
    }
    Files.delete(files.get(0));
    Files.createDirectory(files.get(0));
    assertArrayEquals(plain, clip(cached()));
    assertEquals(files, files());
  }

  @Test
  void whatWasNotUsedForLongestGoes() throws IOException {
    Tensor embedding = Tensor.zeros(DType.F32, 64, 64);
    Path foreign = Files.writeString(folder.resolve("notes.txt"), "x".repeat(1 << 17));
    PromptCache cache = PromptCache.in(folder, 3 << 15);
    PromptKey[] keys = new PromptKey[8];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = PromptKey.of(List.of(), "weights", new int[] {i}, 1);
      cache.keep(keys[i], embedding);
      Path file = folder.resolve(keys[i].hex() + ".safetensors");
      Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100 - i)));
      assertTrue(cache.find(keys[0]).isPresent(), "what is used stays");
    }
    assertTrue(cache.find(keys[7]).isPresent());
    assertTrue(cache.find(keys[1]).isEmpty());
    assertTrue(Files.exists(foreign));
    long bytes = 0;
    for (Path file : files()) {
      bytes += file.equals(foreign) ? 0 : Files.size(file);
    }
    assertTrue(bytes <= 3 << 15, bytes + " bytes");
  }

  /** The metadata says what a file is, to whoever finds it. */
  @Test
  void filesSayWhatTheyAre() throws IOException {
    clip(cached());
    Path file = files().getFirst();
    try (SafetensorsFile opened = SafetensorsFile.open(file)) {
      String key = opened.metadata().get("key");
      assertEquals(key + ".safetensors", file.getFileName().toString());
      assertEquals(DType.F32, opened.tensor("embedding").load().dtype());
    }
  }

  @Test
  void aFolderThatIsNoneCostsTimeAlone() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    ModelSource model = new CachedPrompts(model(), PromptCache.in(file, MEBIBYTE));
    assertArrayEquals(clip(model()), clip(model));
  }
}
