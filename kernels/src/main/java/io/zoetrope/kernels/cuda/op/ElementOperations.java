package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.kernels.cuda.Workspace;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Sums, products, activations, table look-ups and resizing. */
public final class ElementOperations {
  private final Launcher launcher;
  private final Workspace workspace;

  /** Element operations on a device; the workspace takes the ids of a look-up. */
  public ElementOperations(Launcher launcher, Workspace workspace) {
    this.launcher = launcher;
    this.workspace = workspace;
  }

  /** {@code out = a + b}; {@code b} repeats over {@code a}. */
  public void add(Tensor out, Tensor a, Tensor b) {
    combine("add", out, a, b);
  }

  /** {@code out = a * b}; {@code b} repeats over {@code a}. */
  public void multiply(Tensor out, Tensor a, Tensor b) {
    combine("multiply", out, a, b);
  }

  private void combine(String kernel, Tensor out, Tensor a, Tensor b) {
    launcher.elements(
        kernel,
        a.count(),
        address(out),
        address(a),
        isBf16(a),
        address(b),
        isBf16(b),
        a.count(),
        b.count());
  }

  /** {@code x += y * gate}. */
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    launcher.elements(
        "gated_add",
        x.count(),
        address(x),
        isBf16(x),
        address(y),
        isBf16(y),
        address(gate),
        Launcher.rowStride(gate),
        x.size(0),
        x.intSize(1));
  }

  /** {@code out = activation(x)}. */
  public void activate(Tensor out, Tensor x, Activation activation) {
    launcher.elements(
        "activate",
        x.count(),
        address(out),
        address(x),
        isBf16(x),
        x.count(),
        activation.ordinal());
  }

  /** Limits every element to [min, max]; NaN stays NaN. */
  public void clampInPlace(Tensor x, float min, float max) {
    launcher.elements("clamp", x.count(), address(x), isBf16(x), x.count(), min, max);
  }

  /** Row {@code ids[i]} of the table becomes row {@code i} of {@code out}. */
  public void embedding(Tensor out, Tensor table, int[] ids) {
    if (out.count() == 0) {
      return;
    }
    long idsAddress = workspace.atLeast((long) ids.length * Integer.BYTES);
    launcher.runtime().copyToDevice(idsAddress, MemorySegment.ofArray(ids));
    launcher.blocks(
        "embedding",
        ids.length,
        address(out),
        isBf16(out),
        address(table),
        isBf16(table),
        idsAddress,
        table.intSize(1));
  }

  /** Nearest-neighbour resize of channels-last video to the shape of {@code out}. */
  public void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    launcher.elements(
        "upsample_nearest",
        out.count(),
        address(out),
        address(x),
        isBf16(x),
        exact ? 0.5f : 0f,
        new long[] {
          x.size(0), x.size(1), x.size(2), out.size(0), out.size(1), out.size(2), x.size(3)
        });
  }
}
