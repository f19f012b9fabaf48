package io.zoetrope.pipeline;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;

/** From a prompt to a clip: one implementation for each pipeline class of diffusers. */
public interface VideoPipeline {
  /** Sees no operation. */
  Tracer UNTRACED = new Tracer() {};

  /** Opens a model folder with the video autoencoder in F32, as in diffusers' examples. */
  static VideoPipeline open(Path folder, Backend backend, DType dtype) {
    return open(folder, backend, dtype, DType.F32);
  }

  /**
   * Opens a model folder and checks that every component has the weights that its configuration
   * asks for. Nothing is computed and no weights are read yet.
   *
   * @param backend the device that computes; stays the caller's to close
   * @param dtype of the activations of text encoder and transformer, and of their weights that
   *     diffusers casts: F32 or BF16
   * @param vaeDtype of the activations and weights of the video autoencoder: F32 or BF16
   * @throws PipelineException if the folder is not a supported model
   * @throws io.zoetrope.config.ConfigException if a configuration in it is malformed or unsupported
   * @throws io.zoetrope.weights.WeightsException if weights are malformed or missing
   */
  static VideoPipeline open(Path folder, Backend backend, DType dtype, DType vaeDtype) {
    ModelFolder model = ModelFolder.open(folder);
    return switch (model.pipelineClass()) {
      case WanPipeline.CLASS_NAME -> new WanPipeline(model, backend, dtype, vaeDtype);
      default ->
          throw new PipelineException(
              "%s: pipeline class '%s' is not supported; supported: %s"
                  .formatted(folder, model.pipelineClass(), WanPipeline.CLASS_NAME));
    };
  }

  /** What to generate when nothing else is asked for. */
  GenerationDefaults defaults();

  /**
   * What a request would need: found by a dry run, which computes nothing and reads no weights.
   *
   * @throws PipelineException if the model cannot do what the request asks for
   */
  JobNeeds needs(GenerationRequest request);

  /**
   * Checks that the model can do what a request asks for, and that this machine has the memory for
   * it.
   *
   * @throws PipelineException that says what can be asked for instead
   */
  void check(GenerationRequest request);

  /** Runs a request without a tracer. */
  default GenerationResult generate(GenerationRequest request, Progress progress) {
    return generate(request, progress, UNTRACED);
  }

  /**
   * Runs a request on the calling thread. An interrupt ends it with {@link
   * java.util.concurrent.CancellationException}.
   *
   * @param tracer sees every operation, and intermediate results under the names that {@code
   *     docs/tensors.md} lists
   * @throws PipelineException if {@link #check} fails, or a result is not finite
   */
  GenerationResult generate(GenerationRequest request, Progress progress, Tracer tracer);
}
