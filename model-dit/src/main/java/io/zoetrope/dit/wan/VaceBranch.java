package io.zoetrope.dit.wan;

import io.zoetrope.dit.Control;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The branch of {@code WanVACETransformer3DModel} in diffusers that reads what controls a clip
 * (Jiang et al., "VACE: All-in-One Video Creation and Editing", 2025). Each of its blocks works on
 * the branch's own tokens and gives the main branch a hint. A hint is added as soon as it is made,
 * where diffusers makes all of them first, which takes memory for all.
 *
 * @param layers the blocks of the main branch behind which a hint is added, one for each block here
 * @param patchEmbedding of what is read
 * @param projIn in front of the first block
 */
record VaceBranch(
    List<Integer> layers, PatchEmbedding patchEmbedding, Linear projIn, List<VaceBlock> blocks) {
  /**
   * What the branch reads, embedded.
   *
   * @param tokens [tokens, dim]
   * @param scales of the hints, each F32, [dim]
   */
  record Embedded(Tensor tokens, List<Tensor> scales) {}

  static VaceBranch load(Weights transformer, WanConfig config, VaceConfig vace) {
    Weights blocks = transformer.at("vace_blocks");
    long dim = config.innerDim();
    return new VaceBranch(
        vace.layers(),
        PatchEmbedding.load(
            transformer, "vace_patch_embedding", config.patchSize(), vace.inChannels(), dim),
        Linear.load(blocks.at(0).at("proj_in"), dim, dim),
        IntStream.range(0, vace.layers().size())
            .mapToObj(i -> VaceBlock.load(blocks.at(i), config, i))
            .toList());
  }

  /**
   * Embeds what serves all steps, in the current scope.
   *
   * @param tokens of what is denoised; where the control has fewer, the last have zeros
   * @throws IllegalArgumentException if the control has more tokens, or other scales than hints
   */
  Embedded embed(Ops ops, Control control, int tokens, DType dtype) {
    long dim = projIn.weight().size(0);
    if (control.scales().size() != blocks.size()) {
      throw new IllegalArgumentException(
          "prepare: %d control scales for %d hints"
              .formatted(control.scales().size(), blocks.size()));
    }
    Tensor all = ops.allocate(dtype, Shape.of(tokens, dim));
    try (var _ = ops.scope("transformer")) {
      Tensor latents = ops.upload(control.latents());
      Tensor embedded =
          ops.tap("vace_patch_embedding", patchEmbedding.forward(ops, latents, dtype));
      if (embedded.size(0) > tokens) {
        throw new IllegalArgumentException(
            "prepare: the control has %d tokens, what is denoised has %d"
                .formatted(embedded.size(0), tokens));
      }
      ops.fill(all, 0);
      ops.copyInto(all.narrow(0, 0, embedded.size(0)), embedded);
    }
    return new Embedded(
        all, control.scales().stream().map(scale -> scale(ops, scale, dim, dtype)).toList());
  }

  /** A scale as diffusers has it, rounded to the dtype of the activations. */
  private static Tensor scale(Ops ops, double scale, long dim, DType dtype) {
    Tensor rounded = ops.allocate(dtype, Shape.of(dim));
    ops.fill(rounded, (float) scale);
    return ops.cast(rounded, DType.F32);
  }

  /**
   * The branch's tokens in front of its first block, in the current scope.
   *
   * @param x [tokens, dim] of the main branch, in front of its first block
   */
  Tensor begin(Ops ops, Tensor x, Embedded control) {
    try (var scope = ops.scope(blocks.getFirst().block().name())) {
      Tensor stream = ops.tap("proj_in", projIn.forward(ops, control.tokens()));
      ops.addInPlace(stream, x);
      return scope.keep(stream);
    }
  }

  /** The block whose hint is added behind a block of the main branch; -1 for none. */
  int hintBehind(int mainBlock) {
    return layers.indexOf(mainBlock);
  }

  /** Computes keys and values of the text in every block of the branch. */
  void prepareText(Ops ops, Tensor text, TextContext out) {
    blocks.forEach(block -> block.block().prepareText(ops, text, out));
  }
}
