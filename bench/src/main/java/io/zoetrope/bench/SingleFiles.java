package io.zoetrope.bench;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.names.WanNames;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The files that ComfyUI's users have of Wan 2.1 T2V 1.3B, by their names: transformer and
 * autoencoder in the names of Wan's release, the text encoder in those of transformers with the
 * tokenizer inside.
 *
 * @param scaledText whether the text encoder's linear maps are stored as fp8 with scales
 */
record SingleFiles(boolean scaledText) implements RandomLayout {
  private static final String TRANSFORMER = "wan2.1_t2v_1.3B_fp16.safetensors";
  private static final String VAE = "wan_2.1_vae.safetensors";
  private static final String TEXT = "umt5_xxl_fp16.safetensors";
  private static final String SCALED_TEXT = "umt5_xxl_fp8_e4m3fn_scaled.safetensors";
  private static final String TOKENIZER = "spiece_model";

  /** Residual blocks of each of the autoencoder's resolutions. */
  private static final int BLOCKS = 2;

  @Override
  public void write(Path folder, FamilyModel model) throws IOException {
    byte[] tokenizer = Files.readAllBytes(folder.resolve("tokenizer").resolve("spiece.model"));
    for (String part :
        List.of(
            "transformer", "vae", "text_encoder", "tokenizer", "scheduler", "model_index.json")) {
      RandomModel.deleteAll(folder.resolve(part));
    }
    write(
        folder.resolve(TRANSFORMER),
        tensors(
            model.predictor(),
            DType.F16,
            name -> WanNames.transformer().toLeft(name).orElseThrow()));
    write(
        folder.resolve(VAE),
        tensors(
            model.codec(), DType.BF16, name -> WanNames.vae21(BLOCKS).toLeft(name).orElseThrow()));
    List<StoredTensor> text = new ArrayList<>();
    for (StoredTensor tensor : tensors(model.textEncoder(), DType.F16, name -> name)) {
      text.addAll(scaledText ? scaled(tensor) : List.of(tensor));
    }
    if (scaledText) {
      text.add(StoredTensor.of("scaled_fp8", Tensor.zeros(DType.F8_E4M3, 0)));
    }
    Tensor inside = Tensor.zeros(DType.U8, tokenizer.length);
    inside.segment().copyFrom(MemorySegment.ofArray(tokenizer));
    text.add(StoredTensor.of(TOKENIZER, inside));
    write(folder.resolve(scaledText ? SCALED_TEXT : TEXT), text);
  }

  private static List<StoredTensor> tensors(
      Component<?> component, DType stored, UnaryOperator<String> original) {
    List<StoredTensor> tensors = new ArrayList<>();
    DemandedShapes.of(component)
        .forEach((name, shape) ->
            tensors.add(RandomTensors.stored(name, shape, stored).withName(original.apply(name))));
    return tensors;
  }

  /** Neither the token table nor relative positions nor norms are quantized in published files. */
  private static List<StoredTensor> scaled(StoredTensor tensor) {
    String name = tensor.name();
    Shape shape = tensor.shape();
    if (shape.rank() != 2 || name.startsWith("shared.") || name.contains("relative_attention")) {
      return List.of(tensor);
    }
    float scale = RandomTensors.scaleOfCodes(shape);
    return List.of(
        RandomTensors.codes(name, shape),
        StoredTensor.of(
            name.replaceFirst("weight$", "scale_weight"), Tensor.of(new float[] {scale}, 1)));
  }

  private static void write(Path file, List<StoredTensor> tensors) {
    SafetensorsWriter.write(file, tensors, Map.of(), _ -> {});
  }
}
