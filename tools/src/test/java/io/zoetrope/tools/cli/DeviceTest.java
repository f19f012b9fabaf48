package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.StageNeeds;
import java.io.PrintWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What users are told about devices; the tests hold with and without a card. */
class DeviceTest extends CommandTest {
  private static final int OUT_OF_MEMORY = 2;

  @Test
  void aCardThatIsNotThereIsOneLine() {
    assertEquals(1, generate("--device", "cuda:99"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(
        err.toString()
            .matches(
                "zoetrope: (libcuda.so.1|nvcuda.dll|NVIDIA's driver|device cuda:99).*use --device"
                    + " cpu.*\n|zoetrope: device cuda:99 is unknown.*\n"),
        err.toString());
    assertEquals("", out.toString());
  }

  @Test
  void autoSaysWhatItChoseAndWhy() {
    assertEquals(0, generate("--device", "auto"), err.toString());
    assertTrue(
        err.toString()
            .lines()
            .findFirst()
            .orElseThrow()
            .matches("device auto: (cpu, because .+|cuda \\(.+\\))"),
        err.toString());
  }

  @NeedsStandIn
  @Test
  void autoNamesTheCard() {
    // Ends the job with its first kernel: the emulator takes its time.
    StandInDriver.start().fail("cuModuleLoadDataEx", OUT_OF_MEMORY, 0);
    assertEquals(1, generate("--device", "auto"));
    assertEquals(
        "device auto: cuda (stand-in A100, compute capability 8.0)",
        err.toString().lines().findFirst().orElseThrow());
  }

  @NeedsStandIn
  @Test
  void autoPassesOverACardThatCannotBeOpened() {
    StandInDriver.start().fail("cuCtxCreate_v2", OUT_OF_MEMORY, 0);
    assertEquals(0, generate("--device", "auto"), err.toString());
    assertEquals(
        "device auto: cpu, because creating a context on cuda:0 (stand-in A100) failed with"
            + " CUDA_ERROR_OUT_OF_MEMORY",
        err.toString().lines().findFirst().orElseThrow());
  }

  @Test
  void selftestRunsInEveryNumberFormatThatThereIs() {
    assertEquals(2, run("selftest", "--dtype", "bf16"));
    assertTrue(err.toString().contains("unknown option '--dtype'"), err.toString());
  }

  /** Alone it runs what there is, and says of everything else why not. */
  @Test
  void selftestAloneRunsWhatThereIs() {
    List<String> all = BackendProvider.allWays();
    assertTrue(all.containsAll(List.of("cuda", "cpu,gemm=avx2", "cpu,gemm=amx")), all.toString());
    assertTrue(all.containsAll(List.of("cpu,gemm=vector", "cuda-emulated")), all.toString());
    SelftestCommand command = new SelftestCommand();
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out, true));
    line.parseArgs("--threads", "2");
    assertTrue(command.testAll(List.of("cpu,gemm=vector", "cuda:99", "cpu,gemm=sse", "cpu")));
    List<String> lines = out.toString().lines().toList();
    assertTrue(lines.getFirst().contains(" on cpu (vector"), out.toString());
    List<String> notRun = lines.stream().filter(text -> text.contains(": not run: ")).toList();
    assertEquals(2, notRun.size(), out.toString());
    assertTrue(notRun.getFirst().startsWith("cuda:99: not run: "), notRun.getFirst());
    assertTrue(notRun.getLast().contains("known kernels are"), notRun.getLast());
    assertEquals(2, lines.stream().filter("every result is right"::equals).count());
  }

  @Test
  void selftestHasNothingToCompareTheReferenceWith() {
    assertEquals(1, run("selftest", "--device", "reference"));
    assertEquals(
        "zoetrope: selftest compares devices with reference: name another one, or none for all\n",
        err.toString());
  }

  @Test
  void autoSaysWhatFits() {
    assertEquals(0, generate("--device", "auto"), err.toString());
    String advice = err.toString().lines().skip(1).findFirst().orElseThrow();
    assertTrue(
        advice.matches("device auto: the job takes [\\d,]+ MiB, .+ has [\\d,]+ MiB free"), advice);
  }

  /** A job of 3,000 MiB of weights and 2,000 of scratch, or with tiles 500. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          6000 | 0    | the job takes 5,176 MiB, this machine has 6,000 MiB free
          4000 | 0    | the job takes 5,176 MiB, this machine has 4,000 MiB free: with --vae-tiling it takes 3,676 MiB
          3000 | 0    | the job takes 5,176 MiB, this machine has 3,000 MiB free: use a smaller size or fewer frames
          6000 | 4200 | the job takes 5,000 MiB, the card has 6,000 MiB free
          4000 | 2000 | the job takes 5,000 MiB, the card has 4,000 MiB free: weights take turns, which takes longer
          2500 | 1750 | the job takes 5,000 MiB, the card has 2,500 MiB free: with --vae-tiling it takes 3,500 MiB, and weights take turns
          1600 | 1120 | the job takes 5,000 MiB, the card has 1,600 MiB free: use a smaller size or fewer frames, or --device cpu
          """)
  void adviceForJobs(long free, long weights, String line) {
    assertEquals(
        line,
        new DeviceAdvice(free << 20, weights << 20)
            .about(tiled ->
                new JobNeeds(
                    List.of(
                        new StageNeeds(
                            Progress.Stage.DENOISE, 3000L << 20, (tiled ? 500L : 2000L) << 20, 1)),
                    100L << 20,
                    false,
                    76L << 20)));
  }
}
