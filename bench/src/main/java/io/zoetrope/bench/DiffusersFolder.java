package io.zoetrope.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model folder in the layout of diffusers.
 *
 * @param dtype of the stored transformer and text encoder; the autoencoder is stored in F32
 * @param shardBytes weights that take more are split into files of about this size
 */
record DiffusersFolder(DType dtype, long shardBytes) implements RandomLayout {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public void write(Path folder, FamilyModel model) throws IOException {
    writeWeights(folder.resolve("transformer"), ModelFolder.DIFFUSERS, model.predictor(), dtype);
    writeWeights(folder.resolve("vae"), ModelFolder.DIFFUSERS, model.codec(), DType.F32);
    writeWeights(
        folder.resolve("text_encoder"), ModelFolder.TRANSFORMERS, model.textEncoder(), dtype);
  }

  /** Writes the weights that a component demands when it is loaded. */
  private void writeWeights(Path folder, String baseName, Component<?> component, DType stored)
      throws IOException {
    List<Map<String, Shape>> shards = shards(DemandedShapes.of(component), stored);
    if (shards.size() == 1) {
      writeShard(folder.resolve(baseName + ".safetensors"), shards.getFirst(), stored);
      return;
    }
    Map<String, String> weightMap = new TreeMap<>();
    long bytes = 0;
    for (int i = 0; i < shards.size(); i++) {
      String name = "%s-%05d-of-%05d.safetensors".formatted(baseName, i + 1, shards.size());
      writeShard(folder.resolve(name), shards.get(i), stored);
      shards.get(i).keySet().forEach(tensor -> weightMap.put(tensor, name));
      bytes +=
          shards.get(i).values().stream().mapToLong(shape -> shape.count() * stored.bytes()).sum();
    }
    JSON.writeValue(
        folder.resolve(baseName + ".safetensors.index.json").toFile(),
        Map.of("metadata", Map.of("total_size", bytes), "weight_map", weightMap));
  }

  private List<Map<String, Shape>> shards(Map<String, Shape> shapes, DType stored) {
    List<Map<String, Shape>> shards = new ArrayList<>();
    long bytes = Long.MAX_VALUE;
    for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
      long size = entry.getValue().count() * stored.bytes();
      if (bytes > shardBytes - size) {
        shards.add(new LinkedHashMap<>());
        bytes = 0;
      }
      shards.getLast().put(entry.getKey(), entry.getValue());
      bytes += size;
    }
    return shards;
  }

  private static void writeShard(Path file, Map<String, Shape> shapes, DType stored) {
    try (Arena arena = Arena.ofShared()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      shapes.forEach(
          (name, shape) -> tensors.put(name, RandomTensors.make(name, shape, stored, arena)));
      SafetensorsWriter.write(file, tensors, Map.of());
    }
  }
}
