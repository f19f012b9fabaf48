package io.zoetrope.tools.cli;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Which tensors of a job are saved. */
final class TensorOptions {
  @Option(
      names = "--save-tensors",
      paramLabel = "FILE",
      description =
          "Safetensors file that gets prompt embeddings, the latents after every step, and the"
              + " frames; docs/tensors.md lists the names.")
  private Path saveTensors;

  @Option(
      names = "--tensors",
      paramLabel = "GLOB",
      arity = "1",
      description =
          "Tensors that --save-tensors saves beside those, by their paths in docs/tensors.md, such as"
              + " 'denoise/step0/cond/**/attn1/query'; can be given several times.")
  private List<String> named = List.of();

  /** Whether some are. */
  boolean areSaved() {
    return saveTensors != null;
  }

  /**
   * Checks that the options fit each other.
   *
   * @throws PipelineException if they do not
   */
  void requireUsable() {
    if (!named.isEmpty() && saveTensors == null) {
      throw new PipelineException("--tensors says what --save-tensors saves: add it");
    }
  }

  /** What is going to be saved of one job. */
  Saved of() {
    return new Saved(saveTensors, new TensorRecorder(named));
  }

  /**
   * What is saved of one job.
   *
   * @param file null for nothing
   */
  record Saved(Path file, TensorRecorder recorder) {
    SideOutput output() {
      return new SideOutput("--save-tensors", file, recorder::bytes);
    }

    /** Sees a job beside a tracer, if something is saved. */
    Tracer beside(Tracer other) {
      return file == null ? other : new Both(other, recorder);
    }

    void write(ClipRun run, VideoFrames frames) {
      if (file != null) {
        run.write(file.toString(), () -> recorder.write(file, frames));
      }
    }
  }

  /** Two who see the same job, of whom the second sees tensors alone. */
  private record Both(Tracer first, Tracer second) implements Tracer {
    @Override
    public boolean wants(String path) {
      return first.wants(path) || second.wants(path);
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      if (first.wants(path)) {
        first.tensor(path, tensor);
      }
      if (second.wants(path)) {
        second.tensor(path, tensor);
      }
    }

    @Override
    public boolean wantsAttention(String path) {
      return first.wantsAttention(path);
    }

    @Override
    public void attention(String path, Attending attending) {
      first.attention(path, attending);
    }
  }
}
