package io.zoetrope.vae.wan;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.WeightSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The names and shapes of the published Wan 2.1 VAE without its numbers, for dry runs: those of the
 * tiny fixture with 12 times the channels.
 */
final class Wan21Shapes implements WeightSource {
  private static final int TIMES = 12;

  private final Map<String, StoredTensor> tensors = new HashMap<>();

  Wan21Shapes() {
    try (WeightSource tiny =
        WeightSource.open(
            Fixtures.path("wan21-t2v-tiny/vae/diffusion_pytorch_model.safetensors"))) {
      for (String name : tiny.names()) {
        Shape shape = Shape.of(enlarged(name, tiny.tensor(name).shape().sizes()));
        tensors.put(name, StoredTensor.withoutElements(name, DType.F32, shape));
      }
    }
  }

  /** Channels of pixels and latents stay. */
  private static long[] enlarged(String name, long[] sizes) {
    if (name.startsWith("quant_conv") || name.startsWith("post_quant_conv")) {
      return sizes;
    }
    if (!name.contains("coder.conv_out")) {
      sizes[0] *= TIMES;
    }
    if (sizes.length == 1 || name.endsWith("gamma") || name.contains("coder.conv_in")) {
      return sizes;
    }
    sizes[1] *= TIMES;
    return sizes;
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public StoredTensor tensor(String name) {
    return tensors.get(name);
  }

  @Override
  public String description() {
    return "shapes of Wan 2.1";
  }
}
