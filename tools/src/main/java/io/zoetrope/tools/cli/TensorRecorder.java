package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.compare.Comparison;
import io.zoetrope.weights.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Collects what {@code --save-tensors} writes, under the names and with the shapes that {@code
 * docs/tensors.md} lists: those of the demo model's golden files.
 */
final class TensorRecorder implements Tracer {
  private static final Map<String, String> NAMES =
      Map.of(
          "text/prompt_embeds", "prompt_embeds",
          "text/negative_prompt_embeds", "negative_prompt_embeds",
          "denoise/initial_latents", "initial_latents",
          "denoise/sigmas", "sigmas",
          "denoise/timesteps", "timesteps");

  /** Names and shapes, about. */
  private static final long HEADER_BYTES = 1000;

  private static final Pattern LATENTS = Pattern.compile("denoise/step\\d+/latents_after");

  private final NamedTensors named;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<float[]> latentsAfterStep = new ArrayList<>();
  private Shape latentsShape;

  /**
   * Has nothing yet.
   *
   * @param globs of the paths of tensors that are saved, too
   * @throws io.zoetrope.pipeline.PipelineException if one is malformed
   */
  TensorRecorder(List<String> globs) {
    named = new NamedTensors(globs);
  }

  @Override
  public boolean wants(String path) {
    return NAMES.containsKey(path) || LATENTS.matcher(path).matches() || named.wants(path);
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    if (named.wants(path)) {
      named.tensor(path, tensor);
    }
    if (NAMES.containsKey(path)) {
      tensors.put(NAMES.get(path), batched(tensor));
    } else if (LATENTS.matcher(path).matches()) {
      latentsAfterStep.add(tensor.toFloats());
      latentsShape = tensor.shape();
    }
  }

  /**
   * Bytes of the file of a job.
   *
   * @throws io.zoetrope.pipeline.PipelineException if it will have no tensor of a name, or there is
   *     too little memory for those that are named
   */
  long bytes(VideoPipeline pipeline, GenerationRequest request, Job job) {
    long prompts = request.isGuided() ? 2 : 1;
    long embeddings =
        prompts * request.get(Setting.MAX_SEQUENCE_LENGTH) * pipeline.text().features();
    long latents = pipeline.geometry().latents(request.size()).count();
    long states = 1L + request.get(Setting.STEPS);
    return HEADER_BYTES
        + Float.BYTES * (embeddings + states * latents + 2 * states)
        + request.size().bytes()
        + named.require(job);
  }

  /** Writes the file. */
  void write(Path file, VideoFrames frames) {
    int size = Math.toIntExact(latentsShape.count());
    float[] joined = new float[size * latentsAfterStep.size()];
    for (int step = 0; step < latentsAfterStep.size(); step++) {
      System.arraycopy(latentsAfterStep.get(step), 0, joined, step * size, size);
    }
    tensors.put(
        "latents_after_step",
        Tensor.of(
            joined,
            latentsAfterStep.size(),
            latentsShape.size(0),
            latentsShape.size(1),
            latentsShape.size(2),
            latentsShape.size(3)));
    tensors.put("frames_uint8", bytes(frames));
    tensors.putAll(named.tensors());
    SafetensorsWriter.write(
        file,
        tensors,
        Map.of("format", "pt", Comparison.ORDER, String.join("\n", named.tensors().keySet())));
  }

  /** Vectors stay as they are; everything else gets diffusers' batch dimension of 1. */
  private static Tensor batched(Tensor tensor) {
    float[] values = tensor.toFloats();
    long[] sizes = tensor.shape().sizes();
    if (sizes.length == 1) {
      return Tensor.of(values, sizes);
    }
    long[] withBatch = new long[sizes.length + 1];
    withBatch[0] = 1;
    System.arraycopy(sizes, 0, withBatch, 1, sizes.length);
    return Tensor.of(values, withBatch);
  }

  private static Tensor bytes(VideoFrames frames) {
    int frameBytes = frames.height() * frames.width() * 3;
    byte[] all = new byte[Math.multiplyExact(frameBytes, frames.frames())];
    for (int i = 0; i < frames.frames(); i++) {
      System.arraycopy(frames.frame(i), 0, all, i * frameBytes, frameBytes);
    }
    return Tensor.contiguous(
        new HostStorage(MemorySegment.ofArray(all)),
        0,
        DType.U8,
        Shape.of(frames.frames(), frames.height(), frames.width(), 3),
        Lifetime.UNBOUNDED);
  }
}
