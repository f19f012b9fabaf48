package io.zoetrope.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.tools.bench.Scaling.Point;
import io.zoetrope.tools.bench.Workload.Sample;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BenchModelTest {
  private final Backend backend = BackendProvider.open("cpu", 1);
  private final BenchModel model =
      BenchModel.open(
          ModelFolder.open(Fixtures.path("wan21-t2v-tiny")),
          backend,
          new ModelPrecision(DType.F32, DType.BF16));

  @AfterEach
  void close() {
    backend.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = Part.class,
      names = {"BLOCK", "FORWARD", "VAE_DECODE"})
  void everyRunDoesTheSameWork(Part part) {
    try (Workload workload = model.load(new BenchTest(part, 32, 32, 5))) {
      Sample first = workload.run();
      Sample second = workload.run();
      assertTrue(first.seconds() > 0 && first.flops() > 0 && first.scratchBytes() > 0);
      assertEquals(first.flops(), second.flops());
      assertEquals(first.scratchBytes(), second.scratchBytes());
      assertTrue(workload.weights().bytes() >= 2 * workload.weights().parameters());
      assertEquals(part == Part.VAE_DECODE ? 5 : 1, workload.unitsPerRun());
    }
  }

  @ParameterizedTest
  @EnumSource(Part.class)
  void aDryRunHoldsAsMuch(Part part) {
    BenchTest test = new BenchTest(part, 32, 32, 5);
    try (Backend dryRun = new DryRunBackend(model.backend());
        Workload predicted = model.on(dryRun).load(test);
        Workload measured = model.load(test)) {
      assertEquals(predicted.run().heldBytes(), measured.run().heldBytes());
    }
  }

  @Test
  void blocksAreMostOfTheTransformer() {
    BenchTest test = new BenchTest(Part.BLOCK, 32, 32, 5);
    try (Workload block = model.load(test);
        Workload forward = model.load(new BenchTest(Part.FORWARD, 32, 32, 5))) {
      double share = 3.0 * block.run().flops() / forward.run().flops();
      assertTrue(share > 0.8 && share < 1.2, "share " + share);
    }
  }

  @Test
  void tokensFollowFromTheSize() {
    assertEquals(1280, model.tokens(BenchTest.parse("forward:256x256x17")));
    assertEquals(32_760, model.tokens(BenchTest.parse("forward:832x480x81")));
  }

  @Test
  void defaultTestsAreSmall() {
    List<BenchTest> tests = model.defaultTests();
    assertEquals(
        List.of("block:256x256x17", "forward:256x256x17", "vae-decode:256x256x17"),
        tests.stream().map(BenchTest::toString).toList());
  }

  @Test
  void seriesOfTokensDoubles() {
    List<Long> tokens =
        Scaling.TOKENS.points(model, Scaling.TOKENS.defaultMost()).stream()
            .map(point -> model.tokens(point.test()))
            .toList();
    assertEquals(List.of(256L, 512L, 1024L, 2048L, 4096L, 8192L, 16384L), tokens);
  }

  @Test
  void seriesOfFramesAndThreadsEndWhereTheyAreToldTo() {
    assertEquals(
        List.of(1, 5, 9, 17),
        Scaling.FRAMES.points(model, 20).stream().map(point -> point.test().frames()).toList());
    assertEquals(
        List.of(1, 1, 2, 2, 4, 4, 6, 6),
        Scaling.THREADS.points(model, 6).stream().map(Point::threads).toList());
    assertEquals(
        List.of(1, 1), Scaling.THREADS.points(model, 1).stream().map(Point::threads).toList());
  }

  @Test
  void refusesSizesThatTheModelDoesNotMake() {
    PipelineException e =
        assertThrows(PipelineException.class, () -> model.load(BenchTest.parse("forward:40x32x5")));
    assertTrue(e.getMessage().contains("multiple of 16"), e.getMessage());
    assertThrows(PipelineException.class, () -> model.load(BenchTest.parse("clip:32x32x6")));
  }
}
