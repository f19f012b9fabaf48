package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.config.ConfigException;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.ModelCopy;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobTest {
  private static final ModelPrecision F32 = new ModelPrecision(DType.F32, DType.F32);

  @TempDir private Path folder;
  private final Backend device = BackendProvider.open("cpu", 1);

  @AfterEach
  void close() {
    device.close();
  }

  private VideoPipeline open(Path model) {
    return VideoPipeline.open(model, device, DType.F32);
  }

  private VideoPipeline open() {
    return open(Fixtures.path("wan21-t2v-tiny"));
  }

  private static GenerationRequest request(VideoPipeline pipeline) {
    return pipeline
        .request("a prompt")
        .with(new ClipSize(16, 16, 1))
        .with(Setting.STEPS, 2)
        .with(Setting.MAX_SEQUENCE_LENGTH, 8);
  }

  private static String refusal(VideoPipeline pipeline, GenerationRequest request) {
    return assertThrows(PipelineException.class, () -> pipeline.job(request)).getMessage();
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(from), file + " lacks " + from);
    Files.writeString(file, text.replace(from, to));
  }

  // ---------------------------------------------------------------- checks

  @Test
  void whatAModelCannotDoWithAnInputIsRefusedWithWhatItCan() throws IOException {
    Path model = ModelCopy.in(folder);
    replace(model.resolve("model_index.json"), "WanPipeline", "PlainPipeline");
    Input clip = new Input.Clip(new VideoFrames(16, 16, 1, new byte[16 * 16 * 3]), 1);
    try (VideoPipeline plain = open(model);
        VideoPipeline wan = open()) {
      assertEquals(
          "PlainPipeline does text to video; it can do nothing with a clip",
          refusal(plain, request(plain).with(clip)));
      wan.job(request(wan).with(clip));
      assertEquals(
          "WanPipeline does text to video and video to video; it can do nothing with a clip and a clip",
          refusal(wan, request(wan).with(clip).with(clip)));
    }
  }

  @Test
  void aFamilyIsFoundByTheNameInItsIndex() throws IOException {
    Path model = ModelCopy.in(folder);
    replace(model.resolve("model_index.json"), "WanPipeline", "PlainPipeline");
    try (VideoPipeline plain = open(model);
        VideoPipeline wan = open()) {
      assertEquals(
          "maximum sequence length 9: this model takes 8 to 8 tokens",
          refusal(plain, request(plain).with(Setting.MAX_SEQUENCE_LENGTH, 9)));
      GenerationResult result = plain.generate(request(plain), Progress.NONE);
      assertEquals("PlainPipeline", result.settings().get("pipeline"));
      assertEquals(wan.generate(request(wan), Progress.NONE).frames(), result.frames());
    }
  }

  @Test
  void noiseHasTheShapeOfTheLatents() {
    try (VideoPipeline pipeline = open()) {
      long[] latents = pipeline.geometry().latents(new ClipSize(16, 16, 1)).sizes();
      GenerationRequest request = request(pipeline);
      pipeline.job(request.with(new Input.Noise(Tensor.zeros(DType.F32, latents))));
      assertTrue(
          refusal(pipeline, request.with(new Input.Noise(Tensor.zeros(DType.F32, 1, 2, 3, 4))))
              .contains("this size and number of frames need"));
      Tensor infinite = Tensor.of(new float[] {Float.POSITIVE_INFINITY, 0, 0, 0}, 1, 1, 2, 2);
      assertTrue(
          refusal(pipeline, request.with(new Input.Noise(infinite))).startsWith("initial latents"));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e9, 1e300})
  void aScheduleThatCannotBeIsFoundInTheCheck(double shift) {
    try (VideoPipeline pipeline = open()) {
      GenerationRequest request =
          request(pipeline).with(Setting.STEPS, 50).with(Setting.FLOW_SHIFT, shift);
      Exception e = assertThrows(RuntimeException.class, () -> pipeline.job(request));
      assertTrue(
          e instanceof PipelineException || e instanceof ConfigException, () -> e.toString());
    }
  }

  @Test
  void aSideThatIsLongerThanTheModelHasPositionsForIsFoundInTheCheck() {
    try (VideoPipeline pipeline = open()) {
      assertTrue(
          refusal(pipeline, request(pipeline).with(new ClipSize(16_400, 16, 1)))
              .contains("use at most 16384x16"));
    }
  }

  @Test
  void anAutoencoderThatHoldsNoNumbersIsFoundInTheCheck() throws IOException {
    Path model = ModelCopy.in(folder);
    Path file = model.resolve("vae/diffusion_pytorch_model.safetensors");
    try (SafetensorsFile weights = SafetensorsFile.open(file)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      weights.names().forEach(stored -> tensors.put(stored, weights.tensor(stored).load()));
      tensors.put(
          "decoder.conv_out.bias", Tensor.of(new float[] {0, Float.NEGATIVE_INFINITY, 0}, 3));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
    try (VideoPipeline pipeline = open(model)) {
      String message = refusal(pipeline, request(pipeline));
      assertTrue(message.contains("decoder.conv_out.bias"), message);
      assertTrue(message.contains("not finite"), message);
    }
  }

  // ---------------------------------------------------------------- outputs

  @Test
  void latentsThatCannotBeSavedDoNotCostTheClip() throws IOException {
    Path occupied = folder.resolve("occupied");
    try (VideoPipeline pipeline = open()) {
      GenerationRequest request = request(pipeline);
      Job job = pipeline.job(request.with(Setting.SAVE_LATENTS, occupied));
      Files.createDirectory(occupied);
      GenerationResult result = job.run(Progress.NONE, Tracer.NONE);
      assertEquals(1, result.failures().size());
      assertTrue(result.failures().getFirst().getMessage().contains("occupied"));
      assertEquals(pipeline.generate(request, Progress.NONE).frames(), result.frames());
    }
  }

  @Test
  void everySettingInForceIsTold() {
    try (VideoPipeline pipeline = open()) {
      GenerationResult result =
          pipeline.generate(request(pipeline).with(Setting.SEED, 5L), Progress.NONE);
      assertEquals(
          List.of(
              "model",
              "pipeline",
              "prompt",
              "negative_prompt",
              "seed",
              "width",
              "height",
              "num_frames",
              "num_inference_steps",
              "guidance_scale",
              "scheduler",
              "flow_shift",
              "max_sequence_length",
              "vae_tiling",
              "dtype",
              "vae_dtype"),
          List.copyOf(result.settings().keySet()));
      assertEquals("UniPCMultistepScheduler", result.settings().get("scheduler"));
    }
  }

  // ---------------------------------------------------------------- weights

  /** Weights that a device was given when a clip was made, and made again. */
  private List<Integer> placedWeights(WeightRetention retention) {
    AtomicInteger placed = new AtomicInteger();
    Backend counting =
        (Backend)
            Proxy.newProxyInstance(
                Backend.class.getClassLoader(),
                new Class<?>[] {Backend.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("place")) {
                    placed.incrementAndGet();
                  }
                  try {
                    return method.invoke(device, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    Path model = Fixtures.path("wan21-t2v-tiny");
    try (VideoPipeline pipeline =
        VideoPipeline.open(ModelFolder.open(model), counting, F32, retention)) {
      GenerationRequest request = request(pipeline);
      VideoFrames frames = pipeline.generate(request, Progress.NONE).frames();
      int first = placed.getAndSet(0);
      assertEquals(frames, pipeline.generate(request, Progress.NONE).frames());
      return List.of(first, placed.get());
    }
  }

  /** What a device packs, it packs of weights that it was given. */
  @Test
  void keptWeightsAreNotPlacedAgain() {
    List<Integer> placed = placedWeights(WeightRetention.KEEP);
    assertTrue(placed.getFirst() > 0, placed::toString);
    assertEquals(0, placed.getLast());
  }

  @Test
  void releasedWeightsArePlacedAgain() {
    List<Integer> placed = placedWeights(WeightRetention.RELEASE);
    assertTrue(placed.getFirst() > 0, placed::toString);
    assertEquals(placed.getFirst(), placed.getLast());
  }

  @Test
  void aClosedPipelineHoldsNoWeights() {
    VideoPipeline pipeline =
        VideoPipeline.open(
            ModelFolder.open(Fixtures.path("wan21-t2v-tiny")), device, F32, WeightRetention.KEEP);
    VideoFrames frames = pipeline.generate(request(pipeline), Progress.NONE).frames();
    pipeline.close();
    pipeline.close();
    assertEquals(1, frames.frames());
  }
}
