package io.zoetrope.pipeline.convert;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.FormedModel;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.NumberFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which number format a tensor is written in. Vectors, tables of modulation and the embedding of
 * timesteps stay as they are, since models compute with them in F32: to be rounded is what matrices
 * and convolutions would be, too, when a model of that dtype loads them. Formats of 8 bits are for
 * the large matrices inside of blocks alone, as in the files of ComfyUI and GGUF.
 *
 * @param type that is asked for; empty for the one that each tensor has
 * @param container that has to hold it
 */
record TypeRule(Optional<NumberFormat> type, Container container) {
  /** Beside them every tensor of a block or of a vocabulary has more. */
  private static final int FEW = 1024;

  private static final Set<NumberFormat> NARROW =
      Set.of(NumberFormat.F8_E4M3, NumberFormat.Q8_0, NumberFormat.Q4_K);

  private static final Set<DType> ORDINARY = Set.of(DType.F32, DType.F16, DType.BF16);

  private static final Pattern MODULATION = Pattern.compile("(^|.*\\.)scale_shift_table");

  /** What a model reads in F32 whatever it computes in. */
  private static final Pattern EXACT =
      Pattern.compile(
          "(^|.*\\.)(scale_shift_table|pos_embed|gamma|condition_embedder\\.time_embedder\\..*)");

  private static final Pattern TEXT_LAYER = Pattern.compile("encoder\\.block\\.\\d+\\..*\\.weight");

  /** What is not worth eight bits: all before and behind the blocks, and tables of positions. */
  private static final Pattern AROUND =
      Pattern.compile(
          "(patch_embedding|vace_patch_embedding|condition_embedder|proj_out|vision_model\\.embeddings)\\..*"
              + "|.*relative_attention_bias\\.weight");

  /**
   * A tensor as it is to be written, with the factors that belong to it.
   *
   * @param tensor under the name that diffusers or transformers gives it
   * @param name that it is written under
   * @throws PipelineException if there is no such form of it
   */
  List<StoredTensor> apply(StoredTensor tensor, String name, String source) {
    if (!tensor.encoding().holdsNumbers()) {
      throw new PipelineException(
          "%s: tensor %s is stored in a format that is not decoded".formatted(source, tensor));
    }
    StoredTensor named = tensor.withName(name);
    List<StoredTensor> written =
        type.map(wanted -> format(tensor, wanted).tensors(named)).orElse(List.of(named));
    if (!container.holds(written.getFirst().encoding())) {
      throw new PipelineException(
          "%s: tensor %s has no such form in %s: say with --type what it becomes"
              .formatted(source, tensor, container == Container.GGUF ? "GGUF" : "safetensors"));
    }
    return written;
  }

  private NumberFormat format(StoredTensor tensor, NumberFormat wanted) {
    if (wanted == NumberFormat.F32 || mayBe(tensor, wanted)) {
      return wanted;
    }
    Optional<NumberFormat> stored = ordinary(tensor.encoding());
    return isVector(tensor) && container == Container.GGUF
        ? NumberFormat.F32
        : stored.orElse(NumberFormat.F32);
  }

  private static boolean mayBe(StoredTensor tensor, NumberFormat wanted) {
    Shape shape = tensor.shape();
    if (shape.rank() < 2 || EXACT.matcher(tensor.name()).matches()) {
      return false;
    }
    if (wanted.isScaled()) {
      return isOfLayer(tensor);
    }
    return !NARROW.contains(wanted)
        || (shape.rank() == 2
            && shape.count() > FEW
            && wanted.holdsRows(shape.size(1))
            && !AROUND.matcher(tensor.name()).matches());
  }

  /** Whether it is what a layer of a block multiplies by: no other has a scale in such files. */
  private static boolean isOfLayer(StoredTensor tensor) {
    return FormedModel.isOfBlock(tensor)
        || (tensor.shape().rank() == 2
            && TEXT_LAYER.matcher(tensor.name()).matches()
            && !AROUND.matcher(tensor.name()).matches());
  }

  /** What readers of GGUF files expect in F32. */
  private static boolean isVector(StoredTensor tensor) {
    return tensor.shape().rank() != 2
        || tensor.count() <= FEW
        || MODULATION.matcher(tensor.name()).matches();
  }

  private static Optional<NumberFormat> ordinary(Encoding encoding) {
    return encoding instanceof Plain plain && ORDINARY.contains(plain.dtype())
        ? Optional.of(NumberFormat.valueOf(plain.dtype().name()))
        : Optional.empty();
  }
}
