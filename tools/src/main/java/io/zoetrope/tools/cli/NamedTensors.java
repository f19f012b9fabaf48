package io.zoetrope.tools.cli;

import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.TensorGlob;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Tensors that {@code --tensors} names, by their paths; of those with the same path, such as the
 * chunks of a decoder, the second one has {@code #2} behind it, and so on.
 */
final class NamedTensors implements Tracer {
  /** Of a tensor in a header, beside its name there and in the order. */
  private static final int ENTRY_BYTES = 80;

  private final List<TensorGlob> globs;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /**
   * None so far.
   *
   * @param globs of paths, in which a star stands for a part of a name and two for any number
   * @throws PipelineException if one is malformed
   */
  NamedTensors(List<String> globs) {
    try {
      this.globs = globs.stream().map(TensorGlob::of).toList();
    } catch (PipelineException e) {
      throw new PipelineException("--tensors " + e.getMessage(), e);
    }
  }

  @Override
  public boolean wants(String path) {
    return globs.stream().anyMatch(glob -> glob.matches(path));
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    String name = path;
    for (int i = 2; tensors.containsKey(name); i++) {
      name = path + "#" + i;
    }
    tensors.put(name, Tensor.of(tensor.toFloats(), tensor.shape().sizes()));
  }

  /** What there is, in the order in which it was made. */
  Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * Checks by a dry run that a job has tensors of these names, and that there is memory for them.
   *
   * @return bytes of all of them
   * @throws PipelineException that names the glob that stands for nothing, or says how much is
   *     needed
   */
  long require(Job job) {
    if (globs.isEmpty()) {
      return 0;
    }
    job.requireInOneProcess("--tensors");
    Size size = new Size();
    job.rehearse(size);
    size.missing.stream()
        .findFirst()
        .ifPresent(glob -> {
          throw new PipelineException("--tensors " + glob.isUnmet());
        });
    long heap = Runtime.getRuntime().maxMemory();
    if (size.bytes > heap / 2) {
      throw new PipelineException(
          "--tensors name %,d MiB of tensors, and the Java heap has %,d MiB: name fewer, or give Java more with ZOETROPE_JAVA_OPTIONS=-Xmx..."
              .formatted(size.bytes >> 20, heap >> 20));
    }
    return size.bytes;
  }

  /** Adds up what a dry run shows. */
  private final class Size implements Tracer {
    private final Set<TensorGlob> missing = new LinkedHashSet<>(globs);
    private long bytes;

    @Override
    public boolean wants(String path) {
      return NamedTensors.this.wants(path);
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      bytes += tensor.count() * Float.BYTES + 2L * path.length() + ENTRY_BYTES;
      missing.removeIf(glob -> glob.matches(path));
    }
  }
}
