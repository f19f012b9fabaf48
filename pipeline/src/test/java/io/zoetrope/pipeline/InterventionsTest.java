package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.IrreplaceableException;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is replaced in a job is what the rest of it computes with, and nothing else changes. */
class InterventionsTest {
  private static final String COND = "denoise/step0/cond/transformer/";

  /** Width of the transformers. */
  private static final int FEATURES = 64;

  @TempDir private Path folder;

  /** Keeps what has certain paths. */
  private record Recorder(Predicate<String> wanted, Map<String, float[]> tensors)
      implements Tracer {
    Recorder(Predicate<String> wanted) {
      this(wanted, new LinkedHashMap<>());
    }

    @Override
    public boolean wants(String path) {
      return wanted.test(path);
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      tensors.putIfAbsent(path, tensor.toFloats());
    }
  }

  private static VideoPipeline open(String fixture, Backend device) {
    return VideoPipeline.open(
        ModelFolder.open(Fixtures.path(fixture)),
        device,
        new ModelPrecision(DType.F32, DType.F32),
        WeightRetention.KEEP);
  }

  /** The smallest clip, of one step. */
  private static GenerationRequest request(VideoPipeline pipeline, String prompt) {
    GenerationRequest request =
        pipeline
            .request(prompt)
            .with(
                new ClipSize(
                    pipeline.geometry().widthMultiple(), pipeline.geometry().heightMultiple(), 5))
            .with(Setting.STEPS, 1);
    return pipeline.text().shortest() == 1
        ? request.with(Setting.MAX_SEQUENCE_LENGTH, 16)
        : request;
  }

  private static GenerationRequest ablated(GenerationRequest request, String... ablations) {
    return request.with(Setting.ABLATIONS, Stream.of(ablations).map(Ablation::parse).toList());
  }

  private static Map<String, float[]> run(
      VideoPipeline pipeline, GenerationRequest request, Predicate<String> wanted) {
    Recorder recorder = new Recorder(wanted);
    pipeline.generate(request, Progress.NONE, recorder);
    return recorder.tensors;
  }

  @Test
  void aBlockThatAddsNothingIsTheIdentity() {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      GenerationRequest request = request(pipeline, "a prompt");
      String block = COND + "blocks.0";
      Map<String, float[]> seen =
          run(
              pipeline,
              ablated(request, "**/cond/**/blocks.0/*/gate=zero", "**/blocks.0/attn2=zero"),
              path -> path.equals(block) || path.equals(COND + "patch_embedding"));
      assertArrayEquals(seen.get(COND + "patch_embedding"), seen.get(block));
    }
  }

  @Test
  void everyTokenGetsTheMean() {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      GenerationRequest request = request(pipeline, "a prompt");
      String layer = COND + "blocks.1/attn1";
      float[] plain = run(pipeline, request, layer::equals).get(layer);
      float[] mean = run(pipeline, ablated(request, layer + "=mean"), layer::equals).get(layer);
      int tokens = plain.length / FEATURES;
      for (int i = 0; i < FEATURES; i++) {
        double sum = 0;
        for (int token = 0; token < tokens; token++) {
          sum += plain[token * FEATURES + i];
        }
        for (int token = 0; token < tokens; token++) {
          assertEquals((float) (sum / tokens), mean[token * FEATURES + i]);
        }
      }
    }
  }

  /** Replaces the first result of one path by other numbers, and looks at what comes out. */
  private static final class Disturbing implements Tracer {
    private final String path;
    private boolean isDone;
    private int hash;

    Disturbing(String path) {
      this.path = path;
    }

    @Override
    public boolean replaces(String asked) {
      return !isDone && asked.equals(path);
    }

    @Override
    public Tensor replacement(String asked, Tensor tensor) {
      isDone = true;
      float[] values = tensor.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] += (i * 31 % 17 - 8) / 4f;
      }
      return Tensor.of(values, tensor.shape().sizes());
    }

    @Override
    public boolean wants(String asked) {
      return asked.endsWith("/latents_after") || asked.endsWith("/video_out");
    }

    @Override
    public void tensor(String asked, Tensor tensor) {
      hash = 31 * hash + Arrays.hashCode(tensor.toFloats());
    }
  }

  private static int outcome(VideoPipeline pipeline, GenerationRequest request, String path) {
    Disturbing tracer = new Disturbing(path);
    pipeline.generate(request, Progress.NONE, tracer);
    return tracer.hash;
  }

  /** Of paths that differ in numbers alone, the first one. */
  private static List<String> paths(
      VideoPipeline pipeline, GenerationRequest request, String below) {
    Recorder all = new Recorder(path -> path.startsWith(below));
    pipeline.job(request).rehearse(all);
    Map<String, String> kinds = new LinkedHashMap<>();
    all.tensors.keySet().forEach(path -> kinds.putIfAbsent(path.replaceAll("\\d+", "#"), path));
    return List.copyOf(kinds.values());
  }

  /** What is refused is what nobody reads, or what serves all steps; all else is read. */
  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, 5, '', text/prompt_embeds denoise/step0/cond/transformer/rope.0",
    "cogvideox-2b-tiny, 8, '', text/prompt_embeds",
    "latte-tiny, 2, denoise/,",
    "ltx-video-tiny, 9, denoise/, denoise/step0/cond/transformer/rope.0 denoise/coordinates"
  })
  void whatCanBeReplacedIsComputedWith(
      String fixture, int frames, String below, String alsoRefused) {
    Set<String> refused =
        new TreeSet<>(
            List.of(
                "denoise/sigmas",
                "denoise/timesteps",
                "denoise/expert",
                "denoise/step0/timestep",
                "denoise/step0/cond/timestep",
                "denoise/step0/pred_original_sample"));
    refused.addAll(alsoRefused == null ? List.of() : List.of(alsoRefused.split(" ")));
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open(fixture, device)) {
      int side = pipeline.geometry().widthMultiple();
      GenerationRequest request =
          request(pipeline, "a prompt")
              .with(new ClipSize(2 * side, side, frames))
              .with(Setting.STEPS, fixture.startsWith("ltx") ? 2 : 1)
              .with(Setting.GUIDANCE_SCALE, 1.0);
      int undisturbed = outcome(pipeline, request, "");
      Set<String> found = new TreeSet<>();
      for (String path : paths(pipeline, request, below)) {
        try {
          assertNotEquals(undisturbed, outcome(pipeline, request, path), path);
        } catch (IrreplaceableException _) {
          found.add(path);
        }
      }
      assertEquals(refused, found);
    }
  }

  /** The rows of the word change, in the keys of the prompt, and become those of the other word. */
  @ParameterizedTest
  @CsvSource({"wan21-t2v-tiny, 5, attn2, 1 2", "cogvideox-2b-tiny, 8, attn1, 1"})
  void aWordGetsTheKeysOfAnother(String fixture, int frames, String attention, String tokens) {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open(fixture, device)) {
      GenerationRequest request = request(pipeline, "a red ball").with(Setting.FRAMES, frames);
      Predicate<String> first =
          path -> path.matches("denoise/step0/(un)?cond/transformer/\\w*blocks.0/attn.*");
      Map<String, float[]> plain = run(pipeline, request, first);
      Map<String, float[]> other =
          run(pipeline, request.with(Setting.PROMPT, "a blue ball"), first);
      Map<String, float[]> swapped =
          run(
              pipeline,
              request.with(Setting.WORD_SWAPS, List.of(new WordSwap("red", "blue"))),
              first);
      Set<String> changed = new TreeSet<>();
      for (Map.Entry<String, float[]> tensor : swapped.entrySet()) {
        if (!Arrays.equals(tensor.getValue(), plain.get(tensor.getKey()))) {
          changed.add(tensor.getKey());
        }
      }
      String layer =
          changed.iterator().next().replaceFirst("/" + attention + ".*", "/" + attention);
      String keys = layer + "/key";
      assertTrue(keys.startsWith(COND), keys);
      assertEquals(Set.of(layer, keys), changed);
      Set<String> rows = new TreeSet<>();
      float[] got = swapped.get(keys);
      for (int i = 0; i < got.length; i++) {
        if (got[i] != plain.get(keys)[i]) {
          rows.add(Integer.toString(i / FEATURES));
          assertEquals(other.get(keys)[i], got[i]);
        }
      }
      assertEquals(Set.of(tokens.split(" ")), rows);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          **/no_such=zero        | ablation '**/no_such' matches nothing in this job
          *=zero                 | one star stays within a name
          denoise/sigmas=zero    | denoise/sigmas can be looked at, but not replaced
          **/attn1/gate=mean     | blocks.0/attn1/gate is [64], and a mean is taken over the tokens
          **/attn1               | neither PATHS=zero nor PATHS=mean
          [=zero                 | '[' is no glob
          """)
  void refusesAblationsBeforeTheJob(String ablation, String part) {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      GenerationRequest request = request(pipeline, "a prompt");
      assertRefused(part, () -> pipeline.job(ablated(request, ablation)));
    }
  }

  private static void assertRefused(String part, Executable executable) {
    String message = assertThrows(ExpectedException.class, executable).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count(), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          red    | two words are needed
          =red   | two words are needed
          a=a    | two words are needed
          dog=a  | 'dog' is not in the prompt "a red ball"
          re=a   | 're' is not in the prompt "a red ball"
          ball=a | stands behind the first 3 tokens
          """)
  void refusesWordsBeforeTheJob(String words, String part) {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      GenerationRequest request =
          request(pipeline, "a red ball").with(Setting.MAX_SEQUENCE_LENGTH, 3);
      assertRefused(
          part,
          () -> pipeline.job(request.with(Setting.WORD_SWAPS, List.of(WordSwap.parse(words)))));
    }
  }

  /** A job that is replaced in is another job, and says so. */
  @Test
  void interventionsAreRecordedAndKept() {
    try (Backend device = BackendProvider.open("cpu", 2);
        VideoPipeline pipeline = open("wan21-t2v-tiny", device)) {
      Path state = folder.resolve("state.safetensors");
      GenerationRequest plain =
          request(pipeline, "a red ball").with(Setting.STEPS, 2).with(Setting.CHECKPOINT, state);
      GenerationRequest ablated =
          ablated(plain, "denoise/step0/**/attn2=zero")
              .with(Setting.WORD_SWAPS, List.of(new WordSwap("red", "blue")));
      GenerationResult result = pipeline.generate(ablated, Progress.NONE);
      assertEquals(List.of("denoise/step0/**/attn2=zero"), result.settings().get("ablations"));
      assertEquals(List.of("red=blue"), result.settings().get("word_swaps"));
      assertRefused("ablations", () -> pipeline.job(plain.with(Setting.RESUME, state)));
      pipeline.job(ablated.with(Setting.RESUME, state));
    }
  }
}
