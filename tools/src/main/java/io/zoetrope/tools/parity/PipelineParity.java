package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.VideoPipeline;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whole pipeline runs from the fixture's initial noise: text to video, and video to video. The
 * product's own pipeline runs, and a tracer records every stage.
 */
record PipelineParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {
  private static final Pattern BRANCH = Pattern.compile("step(\\d+)/(cond|uncond)/(.+)");
  private static final Pattern BLOCK = Pattern.compile("block(\\d+)(?:_(.+))?");

  void run(String name, JsonNode settings) {
    Recorder recorder = new Recorder();
    VideoPipeline pipeline = VideoPipeline.open(fixture.folder(), backend, dtype);
    GenerationRequest request = request(name, settings, pipeline);
    VideoFrames frames = pipeline.generate(request, Progress.NONE, recorder).frames();

    new TextParity(backend, dtype, fixture, tolerances, report).run(name, settings);
    Set<String> names = fixture.namesOf(name);
    for (String tensor : names) {
      String what = tensor.substring(name.length() + 1);
      float[] actual = result(what, recorder, request);
      if (actual != null) {
        report.compare(fixture, tolerances, tensor, actual);
      }
    }
    compareFrames(name + "/frames_uint8", frames);
    report.requireAllSeen(names);
  }

  private GenerationRequest request(String name, JsonNode settings, VideoPipeline pipeline) {
    int frames = settings.path("frames").intValue();
    int width = settings.path("width").intValue();
    int height = settings.path("height").intValue();
    GenerationRequest.Builder builder =
        GenerationRequest.builder(settings.path("prompt").asText(), pipeline.defaults())
            .negativePrompt(settings.path("negative_prompt").asText(""))
            .size(width, height)
            .frames(frames)
            .steps(settings.path("steps").intValue())
            .guidanceScale(settings.path("guidance_scale").doubleValue())
            .maxSequenceLength(settings.path("max_sequence_length").intValue());
    boolean video = settings.path("kind").asText().equals("v2v");
    String noise = name + (video ? "/noise" : "/initial_latents");
    report.input(noise);
    Tensor latents = fixture.tensor(noise).select(0, 0);
    builder.initialLatents(Tensor.of(latents.toFloats(), latents.shape().sizes()));
    if (video) {
      report.input(name + "/input_video_uint8");
      builder.video(
          new VideoFrames(width, height, frames, bytes(name + "/input_video_uint8")),
          settings.path("strength").doubleValue());
    }
    return builder.build();
  }

  private byte[] bytes(String name) {
    float[] values = fixture.floats(name);
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /** What this run has under a fixture's name, in the fixture's layout; null if nothing. */
  private static float[] result(String what, Recorder recorder, GenerationRequest request) {
    Matcher branch = BRANCH.matcher(what);
    if (branch.matches()) {
      String path = "denoise/step%s/%s/".formatted(branch.group(1), branch.group(2));
      return transformer(
          path, branch.group(2).equals("cond") ? 0 : 1, branch.group(3), recorder, request);
    }
    return switch (what) {
      case "text/prompt_embeds", "text/prompt_embeds_first64" ->
          firstRows(recorder.only("text/prompt_embeds"), what, request);
      case "text/negative_prompt_embeds", "text/negative_prompt_embeds_first64" ->
          firstRows(recorder.only("text/negative_prompt_embeds"), what, request);
      case "scheduler/sigmas" -> recorder.only("denoise/sigmas").values();
      case "scheduler/timesteps" -> recorder.only("denoise/timesteps").values();
      case "vae_decode/video_out" -> channelsFirst(recorder.all("vae_decode/video_out"));
      default -> {
        Recorded direct = recorder.only(what.startsWith("vae") ? what : "denoise/" + what);
        yield direct == null ? null : direct.values();
      }
    };
  }

  private static float[] transformer(
      String path, int branch, String what, Recorder recorder, GenerationRequest request) {
    String transformer = path + "transformer/";
    Matcher block = BLOCK.matcher(what);
    if (block.matches()) {
      String place = transformer + "blocks." + block.group(1);
      String inside = block.group(2) == null ? "" : block.group(2);
      return values(
          recorder.only(
              switch (inside) {
                case "" -> place;
                case "self_attn" -> place + "/attn1";
                case "cross_attn" -> place + "/attn2";
                case "norm_q" -> place + "/attn1/norm_q";
                default -> place + "/" + inside;
              }));
    }
    return switch (what) {
      case "rope.0", "rope.1" ->
          VectorOperations.eachTwice(values(recorder.only(transformer + what)));
      case "patch_embedding" -> transposed(recorder.only(transformer + what));
      case "timestep_sinusoid" ->
          values(recorder.only(transformer + "condition_embedder/timesteps_proj"));
      case "temb" -> values(recorder.only(transformer + "condition_embedder/time_embedder"));
      case "timestep_proj" -> values(recorder.only(transformer + "condition_embedder/time_proj"));
      case "text_embedding", "text_embedding_first64" ->
          repeatLastRow(
              recorder.all("denoise/transformer/condition_embedder/text_embedder").get(branch),
              rows(what, request));
      case "is_transformer_2" -> new float[] {0};
      case "norm_out", "proj_out" -> values(recorder.only(transformer + what));
      default -> values(recorder.only(path + what));
    };
  }

  private static float[] values(Recorded recorded) {
    return recorded == null ? null : recorded.values();
  }

  /** Fixtures keep the first 64 positions of long sequences. */
  static int rows(String what, GenerationRequest request) {
    int length = request.maxSequenceLength();
    return what.endsWith("_first64") ? Math.min(64, length) : length;
  }

  private static float[] firstRows(Recorded recorded, String what, GenerationRequest request) {
    int features = recorded.shape().intSize(1);
    return java.util.Arrays.copyOf(recorded.values(), rows(what, request) * features);
  }

  /** The engine computes one row of padding for all of them. */
  private static float[] repeatLastRow(Recorded recorded, int rows) {
    int features = recorded.shape().intSize(1);
    int last = recorded.shape().intSize(0) - 1;
    float[] out = new float[rows * features];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          recorded.values(), Math.min(row, last) * features, out, row * features, features);
    }
    return out;
  }

  /** [tokens, features] to [features, tokens]: a convolution's output is channels-first. */
  private static float[] transposed(Recorded recorded) {
    int rows = recorded.shape().intSize(0);
    int columns = recorded.shape().intSize(1);
    float[] out = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        out[column * rows + row] = recorded.values()[row * columns + column];
      }
    }
    return out;
  }

  /** Chunks of [frames, height, width, channels] joined to [channels, frames, height, width]. */
  static float[] channelsFirst(List<Recorded> chunks) {
    int channels = chunks.getFirst().shape().intSize(3);
    int pixels = chunks.getFirst().shape().intSize(1) * chunks.getFirst().shape().intSize(2);
    int frames = chunks.stream().mapToInt(chunk -> chunk.shape().intSize(0)).sum();
    float[] out = new float[channels * frames * pixels];
    int start = 0;
    for (Recorded chunk : chunks) {
      int positions = chunk.shape().intSize(0) * pixels;
      for (int i = 0; i < positions; i++) {
        for (int c = 0; c < channels; c++) {
          out[c * frames * pixels + start + i] = chunk.values()[i * channels + c];
        }
      }
      start += positions;
    }
    return out;
  }

  private void compareFrames(String name, VideoFrames frames) {
    if (!fixture.has(name)) {
      return;
    }
    FrameComparison comparison = FrameComparison.of(frames, bytes(name));
    report.verdict(
        name,
        comparison.toString(),
        dtype == DType.F32 ? comparison.isEqual() : comparison.isClose());
  }
}
