package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a path that is no model's folder. */
class FolderHintTest {
  @TempDir Path root;

  private void assertRefused(Path folder, String expected) {
    String message =
        assertThrows(PipelineException.class, () -> ModelFolder.open(folder)).getMessage();
    assertTrue(message.startsWith("model folder " + folder), message);
    assertTrue(message.contains(expected), message);
    assertEquals(1, message.lines().count(), message);
  }

  private Path model(String folder) throws IOException {
    Path model = Files.createDirectories(root.resolve(folder));
    Files.writeString(model.resolve("model_index.json"), "{\"_class_name\": \"WanPipeline\"}");
    return model;
  }

  @Test
  void missingFoldersAndLinksToNothing() throws IOException {
    assertRefused(root.resolve("none"), "does not exist; name a folder");
    assertRefused(root, "it is empty: download");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void linksToNothing() throws IOException {
    assertRefused(
        Files.createSymbolicLink(root.resolve("link"), root.resolve("none")), "a link to nothing");
    Path model = model("m");
    Files.delete(model.resolve("model_index.json"));
    Files.createSymbolicLink(model.resolve("model_index.json"), root.resolve("blob"));
    assertTrue(
        assertThrows(ConfigException.class, () -> ModelFolder.open(model))
            .getMessage()
            .contains("it is a link to"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GGUF\\3\\0\\0\\0                            | is not a folder: it is a file of weights
          \\20\\0\\0\\0\\0\\0\\0\\0{"a":1}            | which has a part of a model at most: name its files with --transformer
          version https://git-lfs.github.com/spec/v1  | Git LFS pointer
          hello                                       | is not a folder; name a folder
          """)
  void filesAreNamed(String content, String expected) throws IOException {
    assertRefused(Files.writeString(root.resolve("file"), content.translateEscapes()), expected);
  }

  @ParameterizedTest
  @CsvSource({
    "adapter_config.json, a LoRA",
    "pytorch_lora_weights.safetensors, a LoRA",
    "Wan2.1_VAE.pth, original release",
    "split_files, single files",
    "wan2.1-t2v-14b-Q4_K_M.gguf, no index says",
    "wan2.1_t2v_1.3B_fp16.safetensors, --text-encoder and --vae",
    "README.md, has no model_index.json; name a folder"
  })
  void foldersOfOtherKindsAreNamed(String name, String expected) throws IOException {
    Files.createFile(root.resolve(name));
    assertRefused(root, expected);
  }

  @Test
  void theModelNearbyIsNamed() throws IOException {
    Path model = model("models--org--name/snapshots/0123abcd");
    Path hub = root.resolve("models--org--name");
    assertRefused(hub, "the model lies in " + model + ": name that");
    assertRefused(hub.resolve("snapshots"), "the model lies in " + model + ": name that");
    Path part = Files.createDirectory(model.resolve("transformer"));
    assertRefused(part, "it is a part of the model in " + model + ": name that");
    model("models--org--name/snapshots/4567abcd");
    assertRefused(hub, "models lie in " + model + " and 1 others: name one of them");
    Files.delete(model.resolve("model_index.json"));
    Files.delete(hub.resolve("snapshots/4567abcd/model_index.json"));
    assertRefused(hub, "no snapshot in it holds a model");
  }

  @Test
  void anIndexThatIsSomethingElseIsNamed() throws IOException {
    Path model = model("m");
    Files.writeString(
        model.resolve("model_index.json"), "version https://git-lfs.github.com/spec/v1");
    assertTrue(
        assertThrows(ConfigException.class, () -> ModelFolder.open(model))
            .getMessage()
            .endsWith(
                "model_index.json: it is a Git LFS pointer, not the file: run 'git lfs pull' in its folder"));
  }
}
