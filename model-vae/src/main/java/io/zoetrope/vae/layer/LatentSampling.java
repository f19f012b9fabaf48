package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.function.Function;

/** Which latents of their distribution an encoder gives ({@code retrieve_latents} in diffusers). */
@FunctionalInterface
public interface LatentSampling {
  /** The most probable ones. */
  LatentSampling MODE = (_, moments) -> moments.mean();

  /**
   * Latents of a distribution.
   *
   * @return [latent frames, height, width, latent channels], of the moments' dtype
   */
  Tensor latents(Ops ops, Moments moments);

  /**
   * Random ones: {@code mean + exp(logvar / 2) * noise}.
   *
   * @param noise draws standard normal numbers of a shape, [latent channels, latent frames, height,
   *     width], in host memory
   */
  static LatentSampling of(Function<Shape, Tensor> noise) {
    return (ops, moments) -> {
      Tensor logvar = ops.download(moments.logvar().permute(3, 0, 1, 2));
      Tensor draw = noise.apply(logvar.shape());
      float[] logvars = logvar.toFloats();
      float[] deviations = draw.toFloats();
      for (int i = 0; i < deviations.length; i++) {
        deviations[i] *= (float) Math.exp(0.5 * logvars[i]);
      }
      Tensor latents = ops.copy(moments.mean());
      try (var _ = ops.scope()) {
        Tensor uploaded = ops.upload(Tensor.of(deviations, draw.shape().sizes()));
        ops.addInPlace(latents, ops.copy(uploaded.permute(1, 2, 3, 0)));
      }
      return latents;
    };
  }
}
