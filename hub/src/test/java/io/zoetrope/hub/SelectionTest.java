package io.zoetrope.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Of the forms that weights are published in one is chosen: the one that this engine reads. */
class SelectionTest {
  private static final ModelName MODEL = ModelName.of("zoe/tiny");
  private static final JsonConfig INDEX =
      JsonConfig.parse(
          "index",
          """
          {"text_encoder": ["transformers", "UMT5EncoderModel"],
           "transformer": ["diffusers", "WanTransformer3DModel"],
           "safety_checker": [null, null], "boundary_ratio": 0.9}
          """);

  private static List<String> select(String... paths) {
    Map<String, HubFile> files = new TreeMap<>();
    ContentHash hash = new ContentHash("0".repeat(40));
    for (String path : paths) {
      files.put(path, new HubFile(path, 1, hash, hash.hex()));
    }
    return Selection.pipeline(MODEL, new Listing(files), INDEX).stream()
        .map(HubFile::path)
        .sorted()
        .toList();
  }

  private static String[] with(String[] paths, String... more) {
    String[] all = Arrays.copyOf(paths, paths.length + more.length);
    System.arraycopy(more, 0, all, paths.length, more.length);
    return all;
  }

  private static final String[] SMALL = {
    "model_index.json", "text_encoder/config.json", "transformer/config.json"
  };

  /** Beside shards with an index: diffusers takes them, transformers takes a single file. */
  @Test
  void takesOneFormOfTheWeights() {
    String[] wanted =
        with(
            SMALL,
            "text_encoder/model.safetensors",
            "transformer/diffusion_pytorch_model-00001-of-00002.safetensors",
            "transformer/diffusion_pytorch_model-00002-of-00002.safetensors",
            "transformer/diffusion_pytorch_model.safetensors.index.json");
    String[] others = {
      "README.md",
      "assets/clip.mp4",
      "model.safetensors",
      "text_encoder/model-00001-of-00002.safetensors",
      "text_encoder/model-00002-of-00002.safetensors",
      "text_encoder/model.safetensors.index.json",
      "text_encoder/pytorch_model.bin",
      "text_encoder/model.fp16.safetensors",
      "text_encoder/flax_model.msgpack",
      "text_encoder/model.onnx",
      "transformer/diffusion_pytorch_model.bin.index.json",
      "transformer/diffusion_pytorch_model-00001-of-00001.bin",
      "transformer/diffusion_pytorch_model.fp16.safetensors",
      "transformer/diffusion_pytorch_model.safetensors",
      "transformer/old/config.json",
      "safety_checker/config.json",
      "vae/config.json"
    };
    assertEquals(Arrays.stream(wanted).sorted().toList(), select(with(wanted, others)));
  }

  @Test
  void refusesWhatCannotBeWhole() {
    assertRefused("of which it has no file", "model_index.json", "transformer/config.json");
    assertRefused(
        "has no weights in safetensors: config.json, pytorch_model.bin",
        with(SMALL, "text_encoder/pytorch_model.bin"));
    assertRefused(
        "it has 1 of the 3 shards",
        with(
            SMALL,
            "text_encoder/model.safetensors",
            "transformer/diffusion_pytorch_model-00001-of-00003.safetensors",
            "transformer/diffusion_pytorch_model.safetensors.index.json"));
  }

  private static void assertRefused(String part, String... paths) {
    HubException refused = assertThrows(HubException.class, () -> select(paths));
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }
}
