package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final Tensor ONE = Tensor.of(new float[] {1}, 1);
  private static final Tensor TWO = Tensor.of(new float[] {2, 2}, 2);

  @TempDir Path folder;

  private void shard(String name, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(folder.resolve(name), tensors, Map.of());
  }

  private void index(String json) throws IOException {
    Files.writeString(folder.resolve("model.safetensors.index.json"), json.replace('\'', '"'));
  }

  private void twoShards() throws IOException {
    shard("model-1.safetensors", Map.of("a", ONE));
    shard("model-2.safetensors", Map.of("b", TWO));
    index(
        "{'metadata':{'total_size':12,'x':[{}]},"
            + "'weight_map':{'b':'model-2.safetensors','a':'model-1.safetensors'}}");
  }

  private String refusal() {
    return assertThrows(WeightsException.class, () -> Checkpoint.open(folder, "model").close())
        .getMessage();
  }

  @Test
  void shardsAreOneSource() throws IOException {
    twoShards();
    Tensor b;
    try (Checkpoint checkpoint = Checkpoint.open(folder, "diffusion_pytorch_model", "model")) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
      assertEquals(12, checkpoint.byteSize());
      assertEquals(
          List.of("model-1.safetensors", "model-2.safetensors"),
          checkpoint.files().stream()
              .map(file -> Path.of(file.description()).getFileName().toString())
              .toList());
      b = checkpoint.tensor("b").load();
      assertArrayEquals(new float[] {2, 2}, b.toFloats());
      assertTrue(
          assertThrows(WeightsException.class, () -> checkpoint.tensor("c"))
              .getMessage()
              .endsWith("model.safetensors.index.json: has no tensor 'c'"));
    }
    assertFalse(b.lifetime().isOpen());
  }

  @Test
  void singleFileIsASource() {
    shard("model.safetensors", Map.of("a", ONE));
    try (Checkpoint checkpoint = Checkpoint.open(folder, "model")) {
      assertEquals(Set.of("a"), checkpoint.names());
      assertEquals(folder.resolve("model.safetensors").toString(), checkpoint.description());
    }
  }

  @Test
  void emptyFolderIsRefused() {
    assertEquals(
        folder
            + ": no weights: looked for model, each with .safetensors or .safetensors.index.json",
        refusal());
  }

  @Test
  void missingShardIsNamed() throws IOException {
    twoShards();
    Files.delete(folder.resolve("model-2.safetensors"));
    assertTrue(refusal().endsWith("shard 'model-2.safetensors' is missing: download it, too"));
  }

  @Test
  void truncatedShardIsNamed() throws IOException {
    twoShards();
    Path shard = folder.resolve("model-2.safetensors");
    byte[] bytes = Files.readAllBytes(shard);
    Files.write(shard, Arrays.copyOf(bytes, bytes.length - 1));
    assertEquals(
        shard + ": file is truncated: the header describes 8 bytes of data, the file holds 7",
        refusal());
  }

  @Test
  void shardMustHoldWhatTheIndexNames() throws IOException {
    twoShards();
    shard("model-2.safetensors", Map.of("c", TWO));
    assertTrue(refusal().matches(".*model-2.safetensors: lacks a tensor that .* names: 'b'"));
    shard("model-2.safetensors", Map.of("b", TWO, "c", TWO));
    assertTrue(refusal().matches(".*model-2.safetensors: holds a tensor unknown to .*: 'c'"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../model-1.safetensors",
        "/etc/hostname",
        "sub/model-1.safetensors",
        "a\\\\b",
        "a\\u0000",
        "\\ud800",
        "a\\u009b",
        "..",
        ".",
        ""
      })
  void shardMustBeAPlainFileName(String shard) throws IOException {
    index("{'weight_map':{'a':'%s'}}".formatted(shard));
    String message = refusal();
    assertTrue(message.endsWith("is not a plain file name"), message);
    assertEquals(1, message.lines().count());
  }

  /** As downloads leave them: large files lie elsewhere. */
  @Test
  void shardsMayBeLinksToAnyPlace(@TempDir Path elsewhere) throws IOException {
    twoShards();
    Path shard = folder.resolve("model-1.safetensors");
    Path moved = Files.move(shard, elsewhere.resolve("a.safetensors"));
    Files.createSymbolicLink(shard, moved);
    try (Checkpoint checkpoint = Checkpoint.open(folder, "model")) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
    }
    Files.delete(moved);
    assertEquals(
        "%s: cannot be read: it is a link to '%s', which does not exist".formatted(shard, moved),
        refusal());
  }

  /** transformers takes the file, diffusers the index. */
  @Test
  void besideAnIndexTheFileCountsAsInItsLibrary() throws IOException {
    for (String name : List.of("model", "diffusion_pytorch_model")) {
      shard(name + ".safetensors", Map.of("single", ONE));
      shard(name + "-1.safetensors", Map.of("sharded", ONE));
      Files.writeString(
          folder.resolve(name + ".safetensors.index.json"),
          "{\"weight_map\":{\"sharded\":\"%s-1.safetensors\"}}".formatted(name));
    }
    try (Checkpoint transformers = Checkpoint.open(folder, "model");
        Checkpoint diffusers = Checkpoint.open(folder, "diffusion_pytorch_model")) {
      assertEquals(Set.of("single"), transformers.names());
      assertEquals(Set.of("sharded"), diffusers.names());
    }
    index("{'weight_map':{'a':'no-such-file'}}");
    Checkpoint.open(folder, "model").close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          model.fp16.safetensors                     | a variant: rename it to model.safetensors to use it
          model.safetensors.index.fp16.json          | a variant: rename it to model.safetensors.index.json to use it
          model.fp16.safetensors.index.json          | a variant: rename it to model.safetensors.index.json to use it
          model-00001-of-00002.safetensors           | a shard, whose index is missing: download that, too
          other.safetensors                          | rename it if it is this component
          pytorch_model.bin                          | a pickle, which can run any program
          Wan2.1_VAE.pth                             | a pickle, which can run any program
          wan2.1-t2v-14b-Q4_K_M.gguf                 | name that with --transformer
          flax_model.msgpack                         | whose format is not supported
          """)
  void whatLiesThereInsteadIsNamed(String name, String expected) throws IOException {
    Files.createFile(folder.resolve("config.json"));
    Files.createFile(folder.resolve(name));
    String message = refusal();
    assertTrue(message.contains("; '" + name + "' lies there, "), message);
    assertTrue(message.contains(expected), message);
  }

  @Test
  void linkMayEndInTheDownloadCache() throws IOException {
    twoShards();
    Path component = Files.createDirectories(folder.resolve("snapshots/1234/text_encoder"));
    Path blobs = Files.createDirectory(folder.resolve("blobs"));
    for (String name :
        List.of("model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json")) {
      Path blob = Files.move(folder.resolve(name), blobs.resolve(name));
      Files.createSymbolicLink(component.resolve(name), component.relativize(blob));
    }
    try (Checkpoint checkpoint = Checkpoint.open(component, "model")) {
      assertEquals(Set.of("a", "b"), checkpoint.names());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          []                                   | not a JSON object
          {'weight_map':{'a':'x'}} x           | not valid JSON
          {'weight_map':{'a':'x'}} 1           | goes on after its JSON object
          {'metadata':{}}                      | weight_map is missing
          {'weight_map':{}}                    | weight_map is empty
          {'weight_map':[]}                    | weight_map is not an object
          {'weight_map':{'a':1}}               | the shard of tensor 'a' is not a string
          {'weight_map':{'a':'x','a':'y'}}     | tensor 'a' is given twice
          {'weight_map':{'a':'x'},'weight_map':{'a':'x'}} | weight_map is given twice
          {'weight_map':{'a':                  | not valid JSON
          """)
  void malformedIndexIsRefused(String json, String rule) throws IOException {
    index(json);
    assertTrue(refusal().contains("index.json: " + rule), refusal());
  }
}
