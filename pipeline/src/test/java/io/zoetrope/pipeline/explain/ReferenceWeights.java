package io.zoetrope.pipeline.explain;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Tracer.Attending;
import io.zoetrope.tensor.Tensor;

/** Weights of an attention as the reference backend computes them. */
final class ReferenceWeights {
  private ReferenceWeights() {}

  /**
   * The weights, [heads][queries][keys]: what comes out where the values of the keys are the rows
   * of a unit matrix, as many at a time as a head has features.
   */
  static float[][][] of(Attending attending) {
    int heads = attending.heads();
    int queries = attending.query().intSize(0);
    int keys = attending.key().intSize(0);
    int dim = attending.query().intSize(1);
    int headDim = dim / heads;
    float[][][] weights = new float[heads][queries][keys];
    try (Ops ops = new Ops(new ReferenceBackend())) {
      for (int first = 0; first < keys; first += headDim) {
        float[] units = new float[keys * dim];
        for (int i = 0; i < heads * headDim; i++) {
          int key = first + i % headDim;
          if (key < keys) {
            units[key * dim + i] = 1;
          }
        }
        float[] out =
            ops.attention(
                    ops.upload(copy(attending.query())),
                    ops.upload(copy(attending.key())),
                    ops.upload(Tensor.of(units, keys, dim)),
                    heads,
                    attending.scale(),
                    attending.bias() == null ? null : ops.upload(copy(attending.bias())))
                .toFloats();
        for (int query = 0; query < queries; query++) {
          for (int i = 0; i < dim; i++) {
            if (first + i % headDim < keys) {
              weights[i / headDim][query][first + i % headDim] = out[query * dim + i];
            }
          }
        }
      }
    }
    return weights;
  }

  static Tensor copy(Tensor tensor) {
    return Tensor.of(tensor.toFloats(), tensor.shape().sizes());
  }
}
