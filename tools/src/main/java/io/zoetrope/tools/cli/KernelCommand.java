package io.zoetrope.tools.cli;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.emulated.EmulatedRuntime;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.kernel.KernelCases;
import io.zoetrope.tools.kernel.KernelProfile;
import io.zoetrope.tools.kernel.KernelReport;
import io.zoetrope.tools.profile.ReportFormat;
import io.zoetrope.tools.profile.Table;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Profiles one CUDA kernel at one shape, on the emulator. */
@Command(
    name = "kernel",
    description = {
      "Runs one operation on the emulated card and shows what a kernel of it did:",
      "instruction mix, memory, bank conflicts, divergence, occupancy, and the PTX",
      "with the share of each line.",
      "Without NAME it lists the kernels, each with an operation that launches it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class KernelCommand implements Callable<Integer> {
  private static final String DEVICE = "cuda-emulated";

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "Which kernel.")
  private String name;

  @Option(
      names = "--shape",
      paramLabel = "SIZES",
      description =
          "Sizes of the operation, joined by x, in the order of the list (default: the list's).")
  private String shape;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "f32 or bf16: number format of activations and weights (default: bf16 if the kernel"
              + " takes it).")
  private Precision precision;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text, md or json (default: ${DEFAULT-VALUE}).")
  private ReportFormat format;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "Rows of the PTX, those that ran most (default: 40; json has all).")
  private Integer top;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that emulate (default: one per processor).")
  private Integer threads;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    KernelReport.requireShown(format);
    ClipJob.requireRange("--top", top == null ? 1 : top, Integer.MAX_VALUE);
    ClipJob.requireRange("--threads", threads == null ? 1 : threads, 1024);
    PrintWriter out = spec.commandLine().getOut();
    if (name == null) {
      if (shape != null || precision != null) {
        throw new PipelineException("--shape and --dtype are about one kernel: name it");
      }
      list(out);
      return 0;
    }
    List<DType> dtypes =
        precision == null ? List.of(DType.BF16, DType.F32) : List.of(precision.dtype());
    OperationCase test = KernelCases.launching(name, shape, dtypes);
    Restart.ifThoroughIsNeeded(DEVICE);
    requireRoom(test);
    KernelProfile profile = run(test);
    out.print(KernelReport.of(profile, title(test), top, format));
    out.flush();
    return 0;
  }

  private static void list(PrintWriter out) {
    Table table = new Table("kernel", "operation", "shape and number format");
    KernelCases.typical()
        .forEach((kernel, test) ->
            table.add(
                kernel,
                test.operation(),
                test.toString().substring(test.operation().length()).strip()));
    out.print(table.text());
    out.flush();
  }

  /** Values of operands are made in memory of this machine, and copied to the emulator's. */
  private void requireRoom(OperationCase test) {
    double bytes =
        test.operands().stream()
            .mapToDouble(operand -> (double) Float.BYTES * operand.shape().count())
            .sum();
    long most = Runtime.getRuntime().maxMemory() / 8;
    if (bytes > most) {
      throw new PipelineException(
          "--shape %s: operands of up to %.0f MiB; %d MiB fit the emulator: a smaller shape, or more memory with ZOETROPE_JAVA_OPTIONS=-Xmx..."
              .formatted(shape, bytes / (1 << 20), most >> 20));
    }
  }

  /** What is computed, with the operands that its sizes mean. */
  private static String title(OperationCase test) {
    return test
        + test.operands().stream()
            .map(operand -> operand.name() + " " + operand.shape())
            .collect(Collectors.joining(", ", ": ", ""));
  }

  private KernelProfile run(OperationCase test) {
    KernelProfile profile = new KernelProfile(name);
    try (Backend backend = BackendProvider.open(DEVICE, threads == null ? 0 : threads);
        Ops ops = new Ops(backend)) {
      ((EmulatedRuntime) ((CudaBackend) backend).runtime()).watch(profile::add);
      test.run(ops, test.on(ops, test.host()));
    }
    return profile;
  }
}
