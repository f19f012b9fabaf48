package io.zoetrope.dit.cache;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.cache.PublishedCaches.MagTable;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StepCachingTest {
  private final Ops ops = new Ops(new ReferenceBackend());

  private static StepCaching cache(String text) {
    return StepCaching.parse(text).orElseThrow();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "first-block:0.1",
        "teacache:0.2",
        "teacache-ret:0.2",
        "easycache:0.1,3",
        "magcache",
        "magcache:0.06,2,0.4"
      })
  void aCacheIsWrittenAsItIsRead(String text) {
    assertEquals(text, cache(text).toString());
  }

  @Test
  void whatIsLeftOutIsTheAuthors() {
    assertEquals(Optional.empty(), StepCaching.parse("none"));
    assertEquals("first-block:0.05", cache("first-block").toString());
    assertEquals("teacache:0.08", cache("TeaCache").toString());
    assertEquals("easycache:0.05,10", cache("easycache").toString());
    assertEquals("magcache:0.1,3,0.2", cache("magcache:0.1").toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          fbcache             | unknown cache 'fbcache'
          first-block:0       | threshold '0' is not a number above 0 and at most 1
          first-block:1.5     | threshold '1.5'
          first-block:NaN     | threshold 'NaN'
          first-block:        | threshold ''
          teacache:x          | threshold 'x'
          easycache:0.1,1     | first steps '1' is not a whole number from 2 to 1000
          magcache:0.1,0      | most skipped steps '0'
          magcache:0.1,2,1.1  | retention '1.1' is not a number from 0 to 1
          magcache:0.1,2,0,4  | '4' is too much
          none:0.1            | '0.1' is too much
          """)
  void whatIsNoCacheIsRefusedInALine(String text, String reason) {
    String message =
        assertThrows(ConfigException.class, () -> StepCaching.parse(text)).getMessage();
    assertTrue(message.contains(reason), message);
    assertEquals(1, message.lines().count());
  }

  @ParameterizedTest
  @CsvSource({
    "wan2.1-t2v-1.3b, 50, 0",
    "wan2.1-t2v-14b, 50, 0",
    "wan2.1-i2v-14b-480p, 40, 0",
    "wan2.1-i2v-14b-720p, 40, 0",
    "wan2.1-vace-1.3b, 50, 0",
    "wan2.1-vace-14b, 50, 0",
    "wan2.2-t2v-a14b, 40, 0",
    "wan2.2-i2v-a14b, 40, 1",
    "wan2.2-ti2v-5b, 50, 0",
    "wan2.2-ti2v-5b-image, 50, 0",
  })
  void publishedTablesAreWhole(String model, int steps, int expert) {
    PublishedCaches published = PublishedCaches.of(model);
    MagTable table = published.magCache().orElseThrow();
    assertEquals(expert, table.firstExpert());
    for (List<Double> branch : table.branches()) {
      assertEquals(steps, branch.size());
      assertTrue(branch.stream().allMatch(ratio -> ratio > 0.6 && ratio < 1.1), model);
    }
    boolean hasTea = model.startsWith("wan2.1-") && !model.contains("vace");
    assertEquals(hasTea ? 5 : 0, published.teaCache().size());
    assertEquals(hasTea ? 5 : 0, published.retainingTeaCache().size());
    assertSame(PublishedCaches.NONE, PublishedCaches.of("a model"));
  }

  /** round(i * 5 / 9) of torch: half to even. */
  @Test
  void ratiosAreInterpolatedToTheNearest() {
    MagTable table =
        new MagTable(
            new PublishedCaches.Limits(0.1, 2, 0),
            List.of(List.of(0.0, 1.0, 2.0, 3.0, 4.0, 5.0)),
            0);
    assertArrayEquals(new float[] {0, 1, 1, 2, 2, 3, 3, 4, 4, 5}, table.ratios(0, 10));
    assertArrayEquals(new float[] {5}, table.ratios(0, 1));
  }

  @Test
  void tablesOfTheSecondTransformerLeaveTheFirstAlone() {
    PublishedCaches published = PublishedCaches.of("wan2.2-i2v-a14b");
    CachedSteps steps = new CachedSteps(0, 10, 0, 40);
    assertSame(StepCache.NONE, cache("magcache").open(ops, steps, 0, 2, published));
    assertTrue(cache("magcache").open(ops, steps, 1, 2, published) instanceof BranchCaches);
  }

  /** A cache that leaves nothing out would be an option without effect. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          first-block        | 1  | computes the first step, and of 1 steps
          teacache           | 2  | computes the first step and the last one, and of 2 steps
          teacache-ret       | 5  | computes the first 5 steps, and of 5 steps
          easycache:0.1,3    | 4  | computes the first 3 steps and the last one, and of 4 steps
          magcache:0.1,2,0.8 | 2  | computes a share of 0.8 of the first ones, and of 2 steps
          """)
  void whatIsAlwaysComputedIsNotAllThereIs(String text, int steps, String obstacle) {
    PublishedCaches published = PublishedCaches.of("wan2.1-t2v-1.3b");
    assertTrue(
        cache(text).obstacle(published, List.of(steps)).orElseThrow().startsWith(obstacle), text);
    assertEquals(Optional.empty(), cache(text).obstacle(published, List.of(steps + 1)), text);
    assertTrue(cache(text).obstacle(published, List.of(steps, 1)).isPresent(), text);
    assertEquals(Optional.empty(), cache(text).obstacle(published, List.of(1, steps + 1)), text);
  }

  /** Runs steps whose time embedding is one number, and returns those that were reused. */
  private List<Integer> reused(StepCache cache, int count, IntToDoubleFunction time) {
    Predictor.Branch doubling =
        (ops, blocks, input, timesteps) -> {
          Tensor tokens = ops.copy(input.reshape(1, -1));
          Tensor modulation = Tensor.of(new float[] {2 * timesteps[0], 0}, 1, 2);
          Tensor embedding = ops.upload(Tensor.of(new float[] {timesteps[0]}, 1, 1));
          blocks.run(
              ops,
              tokens,
              new BlockCache.Time(embedding, ops.upload(modulation)),
              2,
              _ -> ops.addInPlace(tokens, tokens));
          return tokens.reshape(input.shape().sizes());
        };
    List<Integer> reused = new ArrayList<>();
    for (int step = 0; step < count; step++) {
      try (var _ = ops.scope()) {
        Tensor input = ops.upload(Tensor.of(new float[] {1 + step, 2}, 1, 2, 1, 1));
        float timestep = (float) time.applyAsDouble(step);
        Tensor out = cache.predict(ops, new StepCache.Call(step, 0, doubling, input, timestep));
        if (cache.hasReused()) {
          reused.add(step);
          // Three times what the tokens were in the step that was computed last.
          int computed = step - 1;
          while (reused.contains(computed)) {
            computed--;
          }
          assertArrayEquals(new float[] {1 + step + 3 * (1 + computed), 8}, out.toFloats(), 1e-5f);
        } else {
          assertArrayEquals(new float[] {4 * (1 + step), 8}, out.toFloats(), 1e-5f);
        }
      }
    }
    cache.close();
    return reused;
  }

  /**
   * With the polynomial x the relative changes 1/10, 1/11, 1/12 ... of the embedding 10, 11, 12 ...
   * add up; the last step is computed.
   */
  @Test
  void teaCacheAddsUpWhatItGuesses() {
    PublishedCaches straight =
        new PublishedCaches(List.of(1.0, 0.0), List.of(0.5, 0.0), Optional.empty());
    CachedSteps steps = new CachedSteps(0, 7, 0, 7);
    StepCache cache = cache("teacache:0.2").open(ops, steps, 0, 1, straight);
    // 0.1, 0.191, 0.274: computed; 0.077, 0.148: skipped; the last one
    assertEquals(List.of(1, 2, 4, 5), reused(cache, 7, step -> 10 + step));
  }

  /**
   * With retention the first five steps are computed, the last one is not; half of the relative
   * changes 1/14, 1/15 ... of the modulation add up.
   */
  @Test
  void teaCacheRetainsTheFirstSteps() {
    PublishedCaches straight = new PublishedCaches(List.of(), List.of(0.5, 0.0), Optional.empty());
    CachedSteps steps = new CachedSteps(0, 10, 0, 10);
    StepCache cache = cache("teacache-ret:0.1").open(ops, steps, 0, 1, straight);
    // 0.036, 0.069, 0.100: computed; 0.029, 0.057
    assertEquals(List.of(5, 6, 8, 9), reused(cache, 10, step -> 10 + step));
    assertTrue(cache("teacache").obstacle(straight, List.of(10)).isPresent());
  }

  /** The retained first fifth, then at most two in a row, from a table that allows all. */
  @Test
  void magCacheSkipsNoMoreThanItMay() {
    List<Double> ratios = List.of(1.0, 1.0);
    StepCaching mag = ((StepCaching.Mag) cache("magcache:0.1,2,0.2")).with(List.of(ratios));
    StepCache cache = mag.open(ops, new CachedSteps(0, 10, 0, 10), 0, 1, PublishedCaches.NONE);
    assertEquals(List.of(2, 3, 5, 6, 8, 9), reused(cache, 10, _ -> 0));
  }

  /** Latents 1, 2, 3 ... make predictions that change at a steady rate. */
  @Test
  void easyCacheExpectsWhatItHasSeen() {
    StepCache cache =
        cache("easycache:1,2").open(ops, new CachedSteps(0, 6, 0, 6), 0, 1, PublishedCaches.NONE);
    List<Integer> reused = new ArrayList<>();
    Predictor.Branch twice =
        (ops, _, input, _) -> {
          Tensor out = ops.copy(input);
          ops.addInPlace(out, input);
          return out;
        };
    for (int step = 0; step < 6; step++) {
      try (var _ = ops.scope()) {
        Tensor input = ops.upload(Tensor.of(new float[] {1 + step}, 1, 1, 1, 1));
        Tensor out = cache.predict(ops, new StepCache.Call(step, 0, twice, input, 0));
        if (cache.hasReused()) {
          reused.add(step);
        }
        // Prediction less latents was 2 in step 1 and 4 in step 3.
        float expected = cache.hasReused() ? 1 + step + (step < 3 ? 2 : 4) : 2 * (1 + step);
        assertArrayEquals(new float[] {expected}, out.toFloats());
      }
    }
    // Rate 2; expected changes 2 * 1 / 4 = 0.5, then 1.0, which computes; 0.25; the last step.
    assertEquals(List.of(2, 4), reused);
  }
}
