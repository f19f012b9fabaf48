package io.zoetrope.pipeline.run;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.Printable;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state of a job between two steps, as a file keeps it: a safetensors file with the latents,
 * what the scheduler and a step cache remember, the random numbers that are to come, and of which
 * job it is.
 *
 * @param steps how many are taken
 * @param latents F32, [channels, frames, height, width], in host memory
 * @param scheduler {@link io.zoetrope.dit.scheduler.Scheduler#state}, in host memory
 * @param cache {@link StepCache#state}, in host memory
 * @param reused {@link ReusedSteps#state}
 * @param generator {@link io.zoetrope.random.TorchGenerator#state}
 */
record Checkpoint(
    int steps,
    Tensor latents,
    Map<String, Tensor> scheduler,
    Map<String, Tensor> cache,
    Map<String, Tensor> reused,
    Tensor generator) {
  static final String LATENTS = "latents";

  /** In front of what a step cache remembers. */
  static final String CACHE = "cache.";

  private static final String REUSED = "reused.";
  private static final String SCHEDULER = "scheduler.";
  private static final String GENERATOR = "generator";

  /** Metadata that tells these files from others; its value is the version of their content. */
  private static final String KIND = "zoetrope_checkpoint";

  private static final String VERSION = "1";
  private static final String STEPS = "steps";
  private static final String JOB = "job";

  /** Bytes of a file with state of so many bytes: names, numbers and the request come on top. */
  static long fileBytes(long state) {
    return state + (1 << 14);
  }

  /**
   * Writes the file, in the place of one that was there before.
   *
   * @param job which one it is
   * @throws io.zoetrope.weights.WeightsException if it cannot be written
   */
  void write(Path file, JobIdentity job) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(LATENTS, latents);
    scheduler.forEach((name, tensor) -> tensors.put(SCHEDULER + name, tensor));
    cache.forEach((name, tensor) -> tensors.put(CACHE + name, tensor));
    reused.forEach((name, tensor) -> tensors.put(REUSED + name, tensor));
    tensors.put(GENERATOR, generator);
    SafetensorsWriter.write(
        file, tensors, Map.of(KIND, VERSION, STEPS, Integer.toString(steps), JOB, job.toJson()));
  }

  /**
   * Reads a file.
   *
   * @param job the one that is to go on
   * @param latents the shape of what it denoises
   * @param steps how many it takes
   * @throws io.zoetrope.weights.WeightsException if it is no safetensors file, or a part of one
   * @throws PipelineException if it is no checkpoint, or one of another job
   */
  static Checkpoint read(Path file, JobIdentity job, Shape latents, int steps) {
    try (WeightSource stored = WeightSource.open(file)) {
      requireKind(file, stored);
      identity(file, stored)
          .difference(job)
          .ifPresent(difference -> {
            throw new PipelineException(
                "%s is of another job: %s; go on with the same request, model and number formats"
                    .formatted(file, difference));
          });
      Map<String, Tensor> scheduler = new LinkedHashMap<>();
      Map<String, Tensor> cache = new LinkedHashMap<>();
      Map<String, Tensor> reused = new LinkedHashMap<>();
      for (String name : stored.names()) {
        if (name.startsWith(SCHEDULER)) {
          StoredTensor tensor = stored.tensor(name);
          Shape shape = tensor.count() == 1 ? tensor.shape() : latents;
          scheduler.put(
              name.substring(SCHEDULER.length()), numbers(file, stored, name, DType.F32, shape));
        } else if (name.startsWith(CACHE)) {
          cache.put(name.substring(CACHE.length()), remembered(file, stored, name));
        } else if (name.startsWith(REUSED)) {
          reused.put(name.substring(REUSED.length()), numbers(file, stored, name, DType.I32, null));
        }
      }
      int taken = steps(file, stored, steps);
      return new Checkpoint(
          taken,
          numbers(file, stored, LATENTS, DType.F32, latents),
          scheduler,
          cache,
          reused,
          numbers(file, stored, GENERATOR, DType.I32, null));
    }
  }

  private static void requireKind(Path file, WeightSource stored) {
    String version = stored.metadata().get(KIND);
    if (version == null) {
      throw new PipelineException(
          file
              + (SavedLatents.isIn(stored)
                  ? " holds finished latents, not the state of a job: 'zoetrope decode' makes a clip of them"
                  : " is no checkpoint of a job; --checkpoint writes those"));
    }
    if (!version.equals(VERSION)) {
      throw new PipelineException(
          "%s is a checkpoint of version %s; this engine reads version %s"
              .formatted(file, Printable.value(version), VERSION));
    }
  }

  /**
   * Goes on from here: latents and scheduler become what they were.
   *
   * @param running latents that are denoised, of which nothing is left
   * @param scheduling a scheduler at the beginning of a run of the same schedule
   * @throws IllegalArgumentException if the scheduler's state is none of it
   */
  void restore(Ops ops, Tensor running, Scheduler scheduling) {
    ops.copyInto(running, latents);
    scheduling.restore(ops, scheduler);
  }

  /**
   * Goes on from here: a cache remembers what it did.
   *
   * @throws IllegalArgumentException if what the file has is none of it
   */
  void restore(Ops ops, StepCache remembering) {
    remembering.restore(ops, cache);
  }

  /** Whether a file that is open is a checkpoint. */
  static boolean isIn(WeightSource stored) {
    return stored.metadata().containsKey(KIND);
  }

  private static JobIdentity identity(Path file, WeightSource stored) {
    try {
      return JobIdentity.parse(
          "the job", Optional.ofNullable(stored.metadata().get(JOB)).orElse(""));
    } catch (ConfigException e) {
      throw damaged(file, e.getMessage());
    }
  }

  private static int steps(Path file, WeightSource stored, int most) {
    String text = Optional.ofNullable(stored.metadata().get(STEPS)).orElse("");
    if (!text.matches("\\d{1,4}") || Integer.parseInt(text) > most) {
      throw damaged(file, "'%s' steps of %d are taken".formatted(Printable.value(text), most));
    }
    return Integer.parseInt(text);
  }

  /** A tensor of a step cache, in whichever of the formats that those compute in. */
  private static Tensor remembered(Path file, WeightSource stored, String name) {
    StoredTensor tensor = stored.tensor(name);
    DType dtype =
        Stream.of(DType.BF16, DType.F64).filter(tensor::isPlain).findFirst().orElse(DType.F32);
    return numbers(file, stored, name, dtype, null);
  }

  /**
   * A tensor of finite numbers, in memory that outlives the file.
   *
   * @param shape null for any
   */
  private static Tensor numbers(
      Path file, WeightSource stored, String name, DType dtype, Shape shape) {
    if (!stored.has(name)) {
      throw damaged(file, "'%s' is missing".formatted(name));
    }
    StoredTensor tensor = stored.tensor(name);
    if (!tensor.isPlain(dtype) || shape != null && !tensor.shape().equals(shape)) {
      throw damaged(
          file, "%s where %s %s is needed".formatted(tensor, dtype, shape == null ? "" : shape));
    }
    Tensor copy = Tensor.zeros(dtype, tensor.shape().sizes());
    tensor.bytes().read(0, copy.segment());
    if (dtype == DType.F32) {
      for (float value : copy.toFloats()) {
        if (!Float.isFinite(value)) {
          throw damaged(file, "'%s' holds a value that is not finite".formatted(name));
        }
      }
    }
    return copy;
  }

  private static PipelineException damaged(Path file, String problem) {
    return new PipelineException("%s is a damaged checkpoint: %s".formatted(file, problem));
  }
}
