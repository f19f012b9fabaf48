package io.zoetrope.tools.kernel;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.emulated.LaunchRecorder;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.ops.cases.Trial;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.film.Nearest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Which operation, at which shape, launches a kernel: found by launches that compute nothing. */
public final class KernelCases {
  /** A few more blocks than the emulator's device would be asked for. */
  private static final int MULTIPROCESSORS = 4;

  private static final int MOST_SIZE = 1 << 24;
  private static final int SUGGESTED = 3;

  private KernelCases() {}

  /**
   * Checks that there is a kernel of this name.
   *
   * @throws PipelineException that names those with similar names
   */
  public static void requireKnown(String kernel) {
    Set<String> kernels = new PtxLibrary().kernels();
    if (!kernels.contains(kernel)) {
      List<String> near =
          kernels.stream()
              .sorted(Comparator.comparingInt(name -> Nearest.distance(kernel, name)))
              .limit(SUGGESTED)
              .toList();
      throw new PipelineException(
          "there is no kernel '%s': did you mean %s? 'zoetrope kernel' lists them"
              .formatted(kernel, String.join(", ", near)));
    }
  }

  /** For each kernel an operation of moderate size that launches it, preferably nothing else. */
  public static Map<String, OperationCase> typical() {
    Map<String, OperationCase> typical = new LinkedHashMap<>();
    new PtxLibrary()
        .kernels()
        .forEach(kernel -> find(kernel, trials()).ifPresent(found -> typical.put(kernel, found)));
    return typical;
  }

  /**
   * An operation that launches a kernel.
   *
   * @param shape sizes joined by {@code x}, in the order of {@link #typical}; null for those
   * @param dtypes of activations and weights that may be used, the first that does
   * @throws PipelineException if there is none, with a shape that would do
   */
  public static OperationCase launching(String kernel, String shape, List<DType> dtypes) {
    requireKnown(kernel);
    if (shape == null) {
      return find(kernel, trials().filter(test -> dtypes.contains(test.dtype())))
          .orElseThrow(() ->
              new PipelineException(
                  "%s does not compute in %s: leave --dtype out".formatted(kernel, dtypes)));
    }
    requireSizes(shape);
    return dtypes.stream()
        .flatMap(dtype -> find(kernel, Catalogue.at(shape, dtype)).stream())
        .findFirst()
        .orElseThrow(() -> wrongShape(kernel, shape));
  }

  private static void requireSizes(String shape) {
    boolean isRight =
        shape.matches("[1-9]\\d{0,7}(x[1-9]\\d{0,7})*")
            && Stream.of(shape.split("x")).allMatch(size -> Integer.parseInt(size) <= MOST_SIZE);
    if (!isRight) {
      throw new PipelineException(
          "--shape %s: sizes from 1 to %d are needed, joined by x, such as 150x128x136"
              .formatted(shape, MOST_SIZE));
    }
  }

  private static PipelineException wrongShape(String kernel, String shape) {
    OperationCase usual = find(kernel, trials()).orElseThrow();
    return new PipelineException(
        "--shape %s: no operation of these sizes launches %s; '%s' does"
            .formatted(shape, kernel, usual));
  }

  private static Stream<OperationCase> trials() {
    return Catalogue.trials().map(Trial::typical);
  }

  /** One that launches the kernel alone comes before one that launches others as well. */
  private static Optional<OperationCase> find(String kernel, Stream<OperationCase> cases) {
    LaunchRecorder recorder = new LaunchRecorder(MULTIPROCESSORS);
    Map<OperationCase, Integer> found = new LinkedHashMap<>();
    try (CudaBackend backend = new CudaBackend(recorder);
        Ops ops = new Ops(backend)) {
      for (OperationCase test : (Iterable<OperationCase>) cases::iterator) {
        recorder.launched();
        try (var _ = ops.scope()) {
          test.run(ops, test.allocated(ops));
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException _) {
          // Sizes that this operation cannot have.
          continue;
        }
        Set<String> launched = recorder.launched();
        if (launched.contains(kernel)) {
          found.put(test, launched.size());
        }
      }
    }
    return new ArrayList<>(found.keySet()).stream().min(Comparator.comparingInt(found::get));
  }
}
