package io.zoetrope.vae.layer;

import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Joins what a stage gives for each chunk along time, under the last part of its path. */
public final class VideoJoiner implements Tracer {
  private final Map<String, List<Tensor>> chunks = new TreeMap<>();

  @Override
  public boolean wants(String path) {
    return true;
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    add(path.substring(path.lastIndexOf('/') + 1), tensor);
  }

  public void add(String name, Tensor chunk) {
    Tensor copy = Tensor.of(chunk.toFloats(), chunk.shape().sizes());
    chunks.computeIfAbsent(name, _ -> new ArrayList<>()).add(copy);
  }

  public boolean has(String name) {
    return chunks.containsKey(name);
  }

  public Tensor joined(String name) {
    List<Tensor> parts = chunks.get(name);
    long[] sizes = parts.getFirst().shape().sizes();
    sizes[0] = parts.stream().mapToLong(part -> part.size(0)).sum();
    Tensor whole = Tensor.zeros(parts.getFirst().dtype(), sizes);
    long offset = 0;
    for (Tensor part : parts) {
      whole.segment().asSlice(offset, part.byteSize()).copyFrom(part.segment());
      offset += part.byteSize();
    }
    return whole;
  }
}
