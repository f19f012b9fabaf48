package io.zoetrope.pipeline.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Tracer.Attending;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.explain.Explanation.HeatMaps;
import io.zoetrope.pipeline.explain.Explanation.PatchMaps;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.PromptTokens.Token;
import io.zoetrope.pipeline.family.PromptTokens.Word;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Maps of jobs that are too large for all of them to be kept. */
class ReducedMapsTest {
  private static final PatchGrid GRID = new PatchGrid(3, 5, 6);
  private static final int TOKENS = GRID.tokens();
  private static final int STEPS = 12;
  private static final int BLOCKS = 2;
  private static final int HEADS = 2;
  private static final int DIM = 8;
  private static final int TEXT = 4;
  private static final int WORDS = 2;
  private static final PromptTokens PROMPT =
      new PromptTokens(
          List.of(
              new Token(1, " red", 0),
              new Token(2, " bal", 1),
              new Token(3, "l", 1),
              new Token(0, "</s>", PromptTokens.NO_WORD)),
          List.of(new Word("red", List.of(0)), new Word("ball", List.of(1, 2))));

  /** Too few for maps of each head in each step, and for single tokens as cells. */
  private static final ExplainLimits FEW =
      new ExplainLimits(3000, 30, Long.MAX_VALUE, 128, 1 << 20);

  private static JobLayout layout(PatchGrid grid, int steps) {
    return new JobLayout(
        grid,
        1,
        0,
        Shape.of(4, grid.frames(), 2L * grid.height(), 2L * grid.width()),
        IntStream.range(0, steps).boxed().toList(),
        IntStream.range(0, BLOCKS).mapToObj("blocks.%d"::formatted).toList(),
        HEADS,
        DIM,
        grid.tokens(),
        false);
  }

  private static ExplainPlan plan(ExplainLimits limits) {
    ExplainOptions options = new ExplainOptions(List.of(), List.of(), 1);
    return ExplainPlan.of(layout(GRID, STEPS), PROMPT, options, limits);
  }

  /** Looks at a job whose queries and keys are drawn at random. */
  private static AttentionMaps seen(ExplainPlan plan) {
    AttentionMaps maps = new AttentionMaps(plan, PROMPT, new BlockGrids(plan.layout()));
    Random random = new Random(1);
    for (int step = 0; step < STEPS; step++) {
      for (int block = 0; block < BLOCKS; block++) {
        see(maps, step, block, "attn1", attending(random, TOKENS, TOKENS));
        see(maps, step, block, "attn2", attending(random, TOKENS, TEXT));
      }
    }
    return maps;
  }

  private static void see(
      AttentionMaps maps, int step, int block, String layer, Attending attending) {
    String path = "denoise/step%d/cond/transformer/blocks.%d/%s".formatted(step, block, layer);
    maps.see(TracedPlace.of(path).orElseThrow(), path, attending);
  }

  private static Attending attending(Random random, int queries, int keys) {
    return new Attending(rows(random, queries), rows(random, keys), null, HEADS, 0.5f);
  }

  private static Tensor rows(Random random, int rows) {
    float[] values = new float[rows * DIM];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensor.of(values, rows, DIM);
  }

  /** A reduced map has the mean of the full one over steps and tokens. */
  @Test
  void mapsOfWordsAreMeansOfTheFullOnes() {
    ExplainPlan few = plan(FEW);
    WordMaps full = seen(plan(ExplainLimits.USUAL)).words();
    WordMaps reduced = seen(few).words();
    assertTrue(full.isWhole());
    assertFalse(reduced.isWhole());
    assertEquals(TOKENS, full.grid().cells());
    assertEquals(few.wordCells().count(), reduced.grid().cells());
    assertTrue(reduced.grid().cells() < TOKENS / 2);
    assertTrue(reduced.steps().size() < STEPS);
    assertEquals(
        List.of(0, STEPS - 1), List.of(reduced.steps().getFirst(), reduced.steps().getLast()));

    List<int[]> tokens = tokensOfCells(few.wordCells());
    for (int map = 0; map < BLOCKS * HEADS * WORDS; map++) {
      int each = map;
      for (int cell = 0; cell < tokens.size(); cell++) {
        assertMean(
            full.byHead(),
            reduced.steps().stream()
                .mapToInt(step -> step * BLOCKS * HEADS * WORDS + each)
                .toArray(),
            tokens.get(cell),
            reduced.byHead(),
            map,
            cell);
      }
    }
    for (int map = 0; map < reduced.steps().size() * BLOCKS * WORDS; map++) {
      int step = reduced.steps().get(map / (BLOCKS * WORDS));
      int[] one = {step * BLOCKS * WORDS + map % (BLOCKS * WORDS)};
      for (int cell = 0; cell < tokens.size(); cell++) {
        assertMean(full.byStep(), one, tokens.get(cell), reduced.byStep(), map, cell);
      }
    }
  }

  /** A map of a patch has what its tokens have together. */
  @Test
  void mapsOfPatchesAreSumsOfTheFullOnes() {
    ExplainLimits few = new ExplainLimits(1L << 20, 20, Long.MAX_VALUE, 128, 1 << 20);
    ExplainPlan plan = plan(few);
    PatchMaps full = seen(plan(ExplainLimits.USUAL)).patches();
    PatchMaps reduced = seen(plan).patches();
    List<int[]> tokens = tokensOfCells(plan.patchCells());
    assertTrue(tokens.size() <= 20);
    assertEquals(full.steps(), reduced.steps());
    for (int map = 0; map < plan.patchMaps(); map++) {
      for (int cell = 0; cell < tokens.size(); cell++) {
        double sum = 0;
        for (int token : tokens.get(cell)) {
          sum += full.maps().value(map, token);
        }
        double near = tokens.get(cell).length * half(full.maps(), map) + half(reduced.maps(), map);
        assertEquals(sum, reduced.maps().value(map, cell), near);
      }
    }
  }

  private static void assertMean(
      HeatMaps full, int[] maps, int[] tokens, HeatMaps reduced, int map, int cell) {
    double sum = 0;
    double near = half(reduced, map);
    for (int one : maps) {
      near += half(full, one) / maps.length;
      for (int token : tokens) {
        sum += full.value(one, token);
      }
    }
    assertEquals(sum / maps.length / tokens.length, reduced.value(map, cell), near);
  }

  /** Half of the step between two bytes of a map, and rounding. */
  private static double half(HeatMaps maps, int map) {
    return maps.peaks()[map] * (0.5 / 255 + 1e-5);
  }

  private static List<int[]> tokensOfCells(TokenCells cells) {
    return IntStream.range(0, cells.count())
        .mapToObj(
            cell -> IntStream.range(0, TOKENS).filter(token -> cells.of(token) == cell).toArray())
        .toList();
  }

  /** Where there are too many weights, the token in the middle of a cell stands for it. */
  @Test
  void middlesStandForCells() {
    ExplainLimits one = new ExplainLimits(3000, 30, 1, 128, 1 << 20);
    ExplainPlan plan = plan(one);
    WordMaps full = seen(plan(ExplainLimits.USUAL)).words();
    WordMaps sampled = seen(plan).words();
    int[] middles = plan.wordCells().middles();
    for (int map = 0; map < sampled.steps().size() * BLOCKS * WORDS; map++) {
      int of =
          sampled.steps().get(map / (BLOCKS * WORDS)) * BLOCKS * WORDS + map % (BLOCKS * WORDS);
      for (int cell = 0; cell < middles.length; cell++) {
        assertEquals(cell, plan.wordCells().of(middles[cell]));
        assertEquals(
            full.byStep().value(of, middles[cell]),
            sampled.byStep().value(map, cell),
            half(full.byStep(), of) + half(sampled.byStep(), map));
      }
    }
  }

  /** What no limit leaves room for is refused before the job, and says what to leave out. */
  @Test
  void tooManyMapsAreRefused() {
    ExplainLimits none = new ExplainLimits(100, 30, 1, 128, 1 << 20);
    PipelineException refused = assertThrows(PipelineException.class, () -> plan(none));
    assertTrue(
        refused.getMessage().contains("words: name fewer of them, or fewer blocks"),
        refused.getMessage());
  }

  /** Of text and video together every query is looked at, but a byte for each pair is too much. */
  @Test
  void noMatrixOfTokensTimesTokensIsMade() {
    PatchGrid grid = new PatchGrid(4, 24, 24);
    JobLayout layout = layout(grid, 1);
    ExplainPlan plan =
        ExplainPlan.of(
            layout, PROMPT, new ExplainOptions(List.of(), List.of(), 4), ExplainLimits.USUAL);
    int all = TEXT + grid.tokens();
    Attending attending = attending(new Random(1), all, all);
    AttentionMaps maps = new AttentionMaps(plan, PROMPT, new BlockGrids(layout));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    see(maps, 0, 0, "attn1", attending);
    long allocated = threads.getTotalThreadAllocatedBytes() - before;
    assertTrue(allocated < (long) all * all, "%,d bytes for %d tokens".formatted(allocated, all));
    assertEquals(grid.tokens(), maps.words().grid().cells());
    assertTrue(AttentionMaps.bytes(plan) < (long) all * all);
  }
}
