package io.zoetrope.pipeline.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.explain.Explanation.BlockGrid;
import io.zoetrope.pipeline.explain.Explanation.PatchMaps;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.family.PromptTokens.Word;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of a job is what its attention does, in every family. */
class ExplainerTest {
  private static final String PROMPT = "A red ball, and a blue one";
  private static final int STEPS = 2;
  private static final int ROWS = 2;
  private static final int COLUMNS = 3;

  /** Half of the step between two bytes, and rounding. */
  private static final double NEAR = 0.5 / 255 + 1e-4;

  /**
   * Lets an explainer see a job, and keeps what its attention should be.
   *
   * @param weights by path, those of several sequences one behind the other, [heads][queries][keys]
   */
  private record Watch(Explainer explainer, Map<String, float[][][]> weights) implements Tracer {
    @Override
    public boolean wants(String path) {
      return explainer.wants(path);
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      explainer.tensor(path, tensor);
    }

    @Override
    public boolean wantsAttention(String path) {
      return explainer.wantsAttention(path);
    }

    @Override
    public void attention(String path, Attending attending) {
      float[][][] seen = ReferenceWeights.of(attending);
      // Behind the text models attend to pictures.
      if (path.endsWith("attn2")) {
        weights.putIfAbsent(path, seen);
      } else {
        weights.merge(path, seen, Watch::diagonal);
      }
      explainer.attention(path, attending);
    }

    /** Sequences do not see each other. */
    private static float[][][] diagonal(float[][][] a, float[][][] b) {
      int size = a[0].length;
      float[][][] both = new float[a.length][size + b[0].length][size + b[0].length];
      for (int head = 0; head < a.length; head++) {
        for (int i = 0; i < size; i++) {
          System.arraycopy(a[head][i], 0, both[head][i], 0, size);
        }
        for (int i = 0; i < b[head].length; i++) {
          System.arraycopy(b[head][i], 0, both[head][size + i], size, b[head].length);
        }
      }
      return both;
    }
  }

  private record Explained(Explanation explanation, Map<String, float[][][]> weights) {}

  private static GenerationRequest request(VideoPipeline pipeline, String title, int frames) {
    Task task =
        pipeline.tasks().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();
    ClipSize size =
        new ClipSize(
            COLUMNS * pipeline.geometry().widthMultiple(),
            ROWS * pipeline.geometry().heightMultiple(),
            pipeline.geometry().framesWithin(frames));
    return task.withExample(pipeline.request(PROMPT).with(size).with(Setting.STEPS, STEPS));
  }

  private static Explained explain(
      String fixture, String device, String task, ExplainOptions options, int frames) {
    try (Backend backend = BackendProvider.open(device, 1);
        VideoPipeline pipeline = VideoPipeline.open(Fixtures.path(fixture), backend, DType.F32)) {
      GenerationRequest request = request(pipeline, task, frames);
      Job job = pipeline.job(request);
      Watch watch = new Watch(pipeline.explainer(job, request, options), new TreeMap<>());
      job.run(Progress.NONE, watch);
      return new Explained(watch.explainer.explanation(), watch.weights);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-t2v-tiny, text to video, 5",
    "wan21-i2v-tiny, image to video, 5",
    "wan22-a14b-tiny, text to video, 5",
    "wan22-ti2v-tiny, image to video, 5",
    "'wan21-vace-tiny', 'text, references, masks and control clips to video', 5",
    "latte-tiny, text to video, 4",
    "ltx-video-tiny, text to video, 9",
    "cogvideox-2b-tiny, text to video, 5",
    "cogvideox-15-i2v-tiny, image to video, 5",
  })
  void keepsWhatAttentionDoes(String fixture, String task, int frames) {
    Explained explained = explain(fixture, "cpu", task, ExplainOptions.ALL, frames);
    assertIsKept(explained);
    for (BlockGrid grid : explained.explanation.grids()) {
      for (float[] row : grid.values()) {
        for (float value : row) {
          assertTrue(Float.isNaN(value) || value >= -1, grid.caption().title());
        }
      }
    }
    assertTrue(explained.explanation.cleanLatents().steps().stream().allMatch(x -> x.length > 0));
  }

  @Test
  void seesTheSameOnACard() {
    assertIsKept(
        explain("wan21-t2v-tiny", "cuda-emulated", "text to video", ExplainOptions.ALL, 1));
  }

  /** All maps of an explanation are those of the weights. */
  private static void assertIsKept(Explained explained) {
    assertFalse(explained.weights.isEmpty());
    boolean hasWords = false;
    for (Map.Entry<String, float[][][]> entry : explained.weights.entrySet()) {
      TracedPlace place = TracedPlace.of(entry.getKey()).orElseThrow();
      float[][][] weights = entry.getValue();
      assertSumsToOne(weights);
      Explanation explanation = explained.explanation;
      int text = weights[0].length - tokens(explanation);
      if (place.isCrossAttention() || text > 0) {
        hasWords = true;
        assertWords(explanation, place, weights, text);
      }
      if (place.isSelfAttention()) {
        assertPatches(explanation, place, weights, text);
      }
    }
    assertTrue(hasWords);
  }

  private static void assertSumsToOne(float[][][] weights) {
    for (float[][] head : weights) {
      for (float[] row : head) {
        double sum = 0;
        for (float weight : row) {
          sum += weight;
        }
        assertEquals(1, sum, 1e-5);
      }
    }
  }

  /** Cells are single tokens in clips of this size. */
  private static int tokens(Explanation explanation) {
    return explanation.words().grid().cells();
  }

  private static void assertWords(
      Explanation explanation, TracedPlace place, float[][][] weights, int text) {
    WordMaps maps = explanation.words();
    assertTrue(maps.isWhole());
    int block = maps.blocks().indexOf(place.block());
    for (int head = 0; head < maps.heads(); head++) {
      for (int i = 0; i < maps.words().size(); i++) {
        Word word = explanation.prompt().words().get(maps.words().get(i));
        int map =
            ((maps.steps().indexOf(place.step()) * maps.blocks().size() + block) * maps.heads()
                        + head)
                    * maps.words().size()
                + i;
        for (int token = 0; token < tokens(explanation); token++) {
          float[] row = weights[head][text + token];
          double expected = word.tokens().stream().mapToDouble(key -> row[key]).sum();
          float peak = maps.byHead().peaks()[map];
          assertEquals(expected, maps.byHead().value(map, token), peak * NEAR, place.toString());
        }
      }
    }
  }

  private static void assertPatches(
      Explanation explanation, TracedPlace place, float[][][] weights, int text) {
    PatchMaps maps = explanation.patches();
    assertEquals(tokens(explanation), maps.grid().cells());
    int places = maps.tokenRows() * maps.tokenColumns();
    int frames = maps.grid().frames();
    boolean isPlaceMajor = place.block().startsWith("temporal");
    for (int query = 0; query < maps.queries().size(); query++) {
      int[] patch = maps.queries().get(query);
      int inFrame = patch[1] * maps.tokenColumns() + patch[2];
      int row = isPlaceMajor ? inFrame * frames + patch[0] : patch[0] * places + inFrame;
      int map =
          (maps.steps().indexOf(place.step()) * maps.blocks().size()
                      + maps.blocks().indexOf(place.block()))
                  * maps.queries().size()
              + query;
      for (int token = 0; token < tokens(explanation); token++) {
        int key = isPlaceMajor ? token % places * frames + token / places : token;
        double expected = 0;
        for (float[][] head : weights) {
          expected += head[text + row][text + key] / weights.length;
        }
        float peak = maps.maps().peaks()[map];
        assertEquals(expected, maps.maps().value(map, token), peak * NEAR, place.toString());
      }
    }
  }
}
