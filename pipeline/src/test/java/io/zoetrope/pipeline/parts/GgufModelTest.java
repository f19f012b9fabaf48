package io.zoetrope.pipeline.parts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.GgufWriter;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufModelTest {
  private static final Path FOLDER = Fixtures.path("gguf");

  @TempDir Path folder;

  private static Path file(String name) {
    return FOLDER.resolve("files").resolve(name + ".gguf");
  }

  /** Other writers drop sizes of one, and fold what has more dimensions than ggml's tensors. */
  @Test
  void foldedTensorsAreTheModels() {
    Path folded = folder.resolve("folded.gguf");
    List<StoredTensor> tensors = new ArrayList<>();
    try (WeightSource source = WeightSource.open(file("wan_mixed"))) {
      for (String name : source.names()) {
        StoredTensor tensor = source.tensor(name);
        long[] sizes = tensor.shape().sizes();
        tensors.add(
            switch (sizes.length) {
              case 3 -> tensor.withShape(Shape.of(sizes[1], sizes[2]));
              case 5 ->
                  tensor.withShape(Shape.of(sizes[0] * sizes[1], sizes[2], sizes[3], sizes[4]));
              default -> tensor;
            });
      }
      new GgufWriter().text("general.architecture", "wan").write(folded, tensors, _ -> {});
    }
    FoundPart original = PartFile.read(file("wan_mixed")).find(Role.TRANSFORMER).orElseThrow();
    FoundPart found = PartFile.read(folded).find(Role.TRANSFORMER).orElseThrow();
    assertEquals(original.config().json(), found.config().json());
    ModelSource source =
        ModelParts.of(Role.TRANSFORMER, folded).openIn(ModelFolder.open(FOLDER.resolve("base")));
    try (Backend cpu = BackendProvider.open("cpu", 0);
        VideoPipeline pipeline =
            VideoPipeline.open(
                source, cpu, new ModelPrecision(DType.F32, DType.F32), WeightRetention.RELEASE)) {
      assertTrue(pipeline.needs(pipeline.request("a")).peakBytes() > 0);
    }
  }

  @Test
  void filesAreRecognised() {
    PartFile transformer = PartFile.read(file("wan_sdcpp_q4_0"));
    assertEquals("transformer of Wan 2.1 T2V", transformer.title());
    assertEquals(List.of("Q4_0", "F32"), transformer.numberFormats());
    FoundPart text = PartFile.read(file("umt5_mixed")).find(Role.TEXT_ENCODER).orElseThrow();
    assertEquals("text encoder UMT5", text.title());
    assertEquals(Optional.of(0), text.tokenizer().map(tokenizer -> tokenizer.get().padId()));
    assertEquals(608, text.config().positiveInteger("vocab_size"));
  }
}
