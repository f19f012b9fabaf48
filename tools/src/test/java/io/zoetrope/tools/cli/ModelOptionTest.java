package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ModelOptionTest {
  private static final String FILES = Fixtures.path("single-file").toString();

  private static ModelSource source(String options) {
    String[] args = options.replace("FILES", FILES).strip().split("\\s+");
    return CommandLine.populateCommand(new ModelOption(), args).source();
  }

  private static String refusal(String options) {
    return assertThrows(ExpectedException.class, () -> source(options)).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        --transformer FILES/t2v/transformer_f16.safetensors
        --text-encoder FILES/t2v/umt5_f16.safetensors --vae FILES/t2v/vae_f16.safetensors
        """,
        """
        --diffusion-model FILES/t2v/transformer_f16.safetensors
        --t5xxl FILES/t2v/umt5_f16.safetensors --vae FILES/t2v/vae_f16.safetensors
        """,
      })
  void filesMakeAModel(String options) {
    assertEquals("transformer_f16", source(options).name());
  }

  @Test
  void otherNamesOfOptionsMeanTheSame() {
    String message =
        refusal(
            """
            --high-noise-diffusion-model FILES/t2v/transformer_f16.safetensors
            --diffusion-model FILES/i2v/transformer_f16.safetensors
            --t5xxl FILES/t2v/umt5_f16.safetensors --vae FILES/t2v/vae_f16.safetensors
            """);
    assertTrue(
        message.startsWith("--transformer is a transformer of Wan 2.1 T2V")
            && message.contains("--transformer-2 a transformer of Wan 2.1 I2V"),
        message);
    assertTrue(refusal("--transformer a --diffusion-model b").contains("two names for one file"));
    assertTrue(refusal("--tokenizer a").contains("name that with --text-encoder"));
  }

  @Test
  void filesReplacePartsOfAFolder() {
    Path folder = Fixtures.path("wan21-t2v-tiny");
    ModelSource source = source("--model " + folder + " --vae FILES/t2v/vae_f16.safetensors");
    assertTrue(source.name().endsWith(" with vae_f16.safetensors"), source.name());
  }
}
