package io.zoetrope.pipeline.run;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.Printable;
import io.zoetrope.media.Provenance;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finished latents in a safetensors file, as {@link io.zoetrope.pipeline.Setting#SAVE_LATENTS}
 * leaves them: 'latents', [1, channels, frames, height, width] or without the batch dimension.
 * Those of other programs say nothing of where they come from.
 *
 * @param shape [channels, frames, height, width]
 * @param provenance of the clip that the job would have made
 * @param codec a hash of the video autoencoder that they are for
 * @param generator {@link io.zoetrope.random.TorchGenerator#state} behind the last step, where the
 *     decoder draws random numbers
 */
public record SavedLatents(
    Path file,
    Shape shape,
    Optional<Provenance> provenance,
    Optional<String> codec,
    Optional<Tensor> generator) {
  private static final String LATENTS = "latents";
  private static final String GENERATOR = "generator";
  private static final String PROVENANCE = "provenance";
  private static final String CODEC = "video_autoencoder";

  /** Larger sizes are none of any clip. */
  private static final long LARGEST = 1 << 20;

  /**
   * Writes a file.
   *
   * @param latents [channels, frames, height, width], in host memory
   * @param settings of the job, by name
   * @param generator the state of its random numbers, if the decoder draws some
   * @throws io.zoetrope.weights.WeightsException if it cannot be written
   */
  static void write(
      Path file,
      Tensor latents,
      Map<String, Object> settings,
      String codec,
      Optional<Tensor> generator) {
    long[] shape = latents.shape().sizes();
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(LATENTS, latents.reshape(1, shape[0], shape[1], shape[2], shape[3]));
    generator.ifPresent(state -> tensors.put(GENERATOR, state));
    SafetensorsWriter.write(
        file, tensors, Map.of(PROVENANCE, Provenance.of(settings).toJson(), CODEC, codec));
  }

  /**
   * Reads what a file says, without its numbers.
   *
   * @throws io.zoetrope.weights.WeightsException if it is no safetensors file, or a part of one
   * @throws PipelineException if there are no finished latents in it
   */
  public static SavedLatents read(Path file) {
    try (WeightSource stored = WeightSource.open(file)) {
      if (Checkpoint.isIn(stored)) {
        throw new PipelineException(
            "%s is a checkpoint of a job that is not finished: go on with --resume"
                .formatted(file));
      }
      if (!stored.has(LATENTS)) {
        throw new PipelineException(
            "%s has no '%s'; it has %s"
                .formatted(file, LATENTS, Printable.value(stored.names().toString())));
      }
      Optional<String> json = Optional.ofNullable(stored.metadata().get(PROVENANCE));
      try {
        return new SavedLatents(
            file,
            shape(file, stored.tensor(LATENTS).shape()),
            json.map(Provenance::fromJson),
            Optional.ofNullable(stored.metadata().get(CODEC)),
            generator(stored));
      } catch (IllegalArgumentException e) {
        throw new PipelineException(
            "%s: its provenance cannot be read: %s".formatted(file, e.getMessage()), e);
      }
    }
  }

  private static Optional<Tensor> generator(WeightSource stored) {
    if (!stored.has(GENERATOR) || !stored.tensor(GENERATOR).isPlain(DType.I32)) {
      return Optional.empty();
    }
    StoredTensor tensor = stored.tensor(GENERATOR);
    Tensor copy = Tensor.zeros(DType.I32, tensor.shape().sizes());
    tensor.bytes().read(0, copy.segment());
    return Optional.of(copy);
  }

  private static Shape shape(Path file, Shape stored) {
    long[] sizes = stored.sizes();
    boolean hasBatch = sizes.length == 5 && sizes[0] == 1;
    boolean fits = sizes.length == 4 || hasBatch;
    for (long size : sizes) {
      fits &= size > 0 && size <= LARGEST;
    }
    if (!fits) {
      throw new PipelineException(
          "%s: latents of shape %s are not [channels, frames, height, width], or those with a batch of 1"
              .formatted(file, stored));
    }
    return hasBatch ? Shape.of(sizes[1], sizes[2], sizes[3], sizes[4]) : stored;
  }

  /** Whether a file that is open holds latents of this engine. */
  static boolean isIn(WeightSource stored) {
    return stored.has(LATENTS) && stored.metadata().containsKey(CODEC);
  }

  /** What the job's clip would say of itself; empty if nobody knows. */
  Map<String, Object> settings() {
    return provenance.map(Provenance::settings).orElseGet(LinkedHashMap::new);
  }

  /** A setting of the job as text; empty if nobody knows it. */
  public Optional<String> setting(String name) {
    return Optional.ofNullable(settings().get(name)).map(Object::toString);
  }

  /**
   * Random numbers that go on where the job's have ended; those of a seed where nobody knows them.
   *
   * @throws PipelineException if what the file has of them is damaged
   */
  NoiseSource noise() {
    try {
      return generator.map(TorchGenerator::restored).orElseGet(() -> TorchGenerator.manualSeed(0))
          ::randn;
    } catch (IllegalArgumentException e) {
      throw new PipelineException(
          "%s: its random numbers are damaged: %s".formatted(file, e.getMessage()), e);
    }
  }

  /**
   * The numbers.
   *
   * @param geometry of the model that is to decode them
   * @return F32, [channels, frames, height, width], in host memory
   * @throws PipelineException if the model has no such latents, or a number is not finite
   */
  Tensor load(VideoGeometry geometry) {
    if (shape.size(0) != geometry.channels()) {
      throw new PipelineException(
          "%s: latents of %d channels; this model's have %d: name the one that made them with --model"
              .formatted(file, shape.size(0), geometry.channels()));
    }
    geometry.check(geometry.clip(shape));
    try (WeightSource stored = WeightSource.open(file)) {
      Tensor loaded = stored.tensor(LATENTS).load();
      if (!loaded.dtype().isFloatingPoint()) {
        throw new PipelineException(
            "%s: the latents are %s; floating-point numbers are needed"
                .formatted(file, loaded.dtype()));
      }
      float[] values = loaded.toFloats();
      for (float value : values) {
        if (!Float.isFinite(value)) {
          throw new PipelineException(
              "%s: the latents hold a value that is not finite".formatted(file));
        }
      }
      return Tensor.of(values, shape.sizes());
    }
  }
}
