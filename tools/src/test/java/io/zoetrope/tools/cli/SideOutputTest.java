package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.profile.ChromeTrace;
import io.zoetrope.tools.profile.ProfileReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes of outputs as they are expected before a job, beside what it writes. */
class SideOutputTest extends CommandTest {
  private GenerationRequest request(VideoPipeline pipeline, double guidance) {
    return pipeline
        .request("a prompt")
        .with(new ClipSize(32, 32, 5))
        .with(Setting.STEPS, 3)
        .with(Setting.GUIDANCE_SCALE, guidance);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 5})
  void tensors(double guidance) throws IOException {
    Path tensors = folder.resolve("tensors.safetensors");
    int code =
        generate(
            "--steps",
            "3",
            "--guidance",
            Double.toString(guidance),
            "--save-tensors",
            tensors.toString(),
            "--tensors",
            "denoise/**/attn1/*");
    assertEquals(0, code, err.toString());
    try (Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = VideoPipeline.open(model, cpu, DType.F32)) {
      GenerationRequest request = request(pipeline, guidance);
      long expected =
          new TensorRecorder(List.of("denoise/**/attn1/*"))
              .bytes(pipeline, request, pipeline.job(request));
      assertEquals(Files.size(tensors), expected, 0.02 * expected);
    }
  }

  @Test
  void timelinesAndReports() throws IOException {
    Path trace = folder.resolve("trace.json");
    Path report = folder.resolve("report.json");
    String[] job = {
      "profile",
      "a prompt",
      "--model",
      model.toString(),
      "--size",
      "16x16",
      "--frames",
      "1",
      "--steps",
      "3",
      "--guidance",
      "5",
      "--device",
      "reference",
      "--no-output",
      "--trace",
      trace.toString(),
      "--by",
      "path",
      "--format",
      "json",
      "--report",
      report.toString()
    };
    assertEquals(0, run(job), err.toString());
    try (Backend cpu = BackendProvider.open("reference", 1);
        VideoPipeline pipeline = VideoPipeline.open(model, cpu, DType.F32)) {
      long operations =
          pipeline.job(request(pipeline, 5).with(new ClipSize(16, 16, 1))).operations();
      double expected = (double) ChromeTrace.OPERATION_BYTES * operations;
      double ratio = Files.size(trace) / expected;
      assertTrue(ratio > 0.6 && ratio < 1.1, "the trace has %.2f of it".formatted(ratio));
    }
    assertTrue(Files.size(report) < ProfileReport.MOST_BYTES / 4, "bytes " + Files.size(report));
  }

  @Test
  void anObstacleNamesOptionAndFile() {
    SideOutput trace = new SideOutput("--trace", Path.of("t.json"), (_, _, _) -> 1);
    trace.requireNone(Optional.empty());
    var e = assertThrows(PipelineException.class, () -> trace.requireNone(Optional.of("no room")));
    assertEquals("--trace t.json: no room", e.getMessage());
  }
}
