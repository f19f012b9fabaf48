package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Computes nothing and holds no memory: running a model on it tells {@link Ops#peakBytes}, {@link
 * Ops#weightBytes} and {@link Ops#flops} of a job before it starts.
 */
public final class DryRunBackend implements Backend {
  /** Memory that nobody has. No record: two pieces of the same size are not the same. */
  private static final class Imagined implements Storage {
    private final long byteSize;

    private Imagined(long byteSize) {
      this.byteSize = byteSize;
    }

    @Override
    public long byteSize() {
      return byteSize;
    }
  }

  private final Backend like;

  /**
   * Weights take the bytes of their elements, as F32 or as BF16 if that is enough for all numbers
   * of their dtype.
   */
  public DryRunBackend() {
    this(new ReferenceBackend());
  }

  /**
   * Weights of convolutions, and workspaces, take as much memory as on another backend, which is
   * not closed with this one; all else as without one.
   */
  public DryRunBackend(Backend like) {
    this.like = like;
  }

  @Override
  public long convolutionWeightBytes(Tensor x, Tensor weight, ConvGeometry geometry) {
    return like.convolutionWeightBytes(x, weight, geometry);
  }

  @Override
  public long convolutionWorkspaceBytes(
      Tensor out, Tensor x, Tensor weight, ConvGeometry geometry) {
    return like.convolutionWorkspaceBytes(out, x, weight, geometry);
  }

  @Override
  public long attentionWorkspaceBytes(Tensor q, Tensor k, int heads) {
    return like.attentionWorkspaceBytes(q, k, heads);
  }

  @Override
  public String name() {
    return "dry run";
  }

  @Override
  public Storage allocate(long bytes) {
    return new Imagined(bytes);
  }

  @Override
  public void free(Storage storage) {}

  @Override
  public Tensor place(Tensor weight, DType rounding) {
    DType dtype = HostBackend.usedDType(weight, rounding);
    Storage storage = new Imagined(weight.count() * dtype.bytes());
    return Tensor.contiguous(storage, 0, dtype, weight.shape(), weight.lifetime());
  }

  @Override
  public void upload(Tensor out, Tensor host) {}

  @Override
  public void download(Tensor host, Tensor x) {}

  @Override
  public void copy(Tensor out, Tensor x) {}

  @Override
  public void move(Tensor out, Tensor x) {}

  @Override
  public void fill(Tensor out, float value) {}

  @Override
  public void add(Tensor out, Tensor a, Tensor b) {}

  @Override
  public void multiply(Tensor out, Tensor a, Tensor b) {}

  @Override
  public void activate(Tensor out, Tensor x, Activation activation) {}

  @Override
  public void clampInPlace(Tensor x, float min, float max) {}

  @Override
  public void linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {}

  @Override
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {}

  @Override
  public void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {}

  @Override
  public void embedding(Tensor out, Tensor table, int[] ids) {}

  @Override
  public void attention(
      Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {}

  @Override
  public void conv3d(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual) {}

  @Override
  public void upsampleNearest(Tensor out, Tensor x, boolean exact) {}

  @Override
  public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {}

  @Override
  public void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {}

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {}

  @Override
  public void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {}

  @Override
  public void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {}

  @Override
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {}

  @Override
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {}

  @Override
  public void linearCombination(Tensor out, double[] weights, List<Tensor> terms) {}

  @Override
  public void timestepEmbedding(
      Tensor out, Tensor timesteps, boolean flipSinToCos, float downscaleFreqShift) {}

  @Override
  public void toPixels(Tensor out, Tensor x) {}

  @Override
  public boolean isFinite(Tensor x) {
    return true;
  }

  @Override
  public void close() {}
}
