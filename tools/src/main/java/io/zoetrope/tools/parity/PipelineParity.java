package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whole pipeline runs from the fixture's initial noise: text to video, and video to video. The
 * product's own pipeline runs, and a tracer records every stage.
 */
record PipelineParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {
  private static final String ENCODED_VIDEO = "vae_encode/video_in";
  private static final Pattern BRANCH = Pattern.compile("step(\\d+)/(cond|uncond)/(.+)");
  private static final Pattern BLOCK = Pattern.compile("block(\\d+)(?:_(.+))?");

  /**
   * One run of the pipeline: the reference runs a batch where this engine runs prompt by prompt.
   */
  private record Run(Recorder recorder, GenerationRequest request, VideoFrames frames) {}

  void run(String name, JsonNode settings) {
    List<Run> runs = runs(name, settings);
    new TextParity(backend, dtype, fixture, tolerances, report).run(name, settings);
    Set<String> names = fixture.namesOf(name);
    for (String tensor : names) {
      String what = tensor.substring(name.length() + 1);
      if (what.equals(ENCODED_VIDEO)
          && fixture.shape(tensor).size(2) > runs.getFirst().request().size().frames()) {
        // The reference hands its encoder a whole clip, and the encoder leaves out the odd frames.
        report.input(tensor);
        continue;
      }
      List<float[]> results =
          runs.stream().map(run -> result(what, run)).filter(Objects::nonNull).toList();
      if (results.size() == runs.size()) {
        report.compareBatch(fixture, tolerances, tensor, results);
      }
    }
    compareFrames(name, runs.stream().map(Run::frames).toList());
    report.requireAllSeen(names);
  }

  private List<Run> runs(String name, JsonNode settings) {
    Prompts prompts = Prompts.of(settings);
    List<Run> runs = new ArrayList<>();
    try (VideoPipeline pipeline = VideoPipeline.open(fixture.folder(), backend, dtype)) {
      for (int i = 0; i < prompts.count(); i++) {
        Recorder recorder = new Recorder();
        GenerationRequest request = request(name, settings, prompts, i, pipeline);
        VideoFrames frames = pipeline.generate(request, Progress.NONE, recorder).frames();
        runs.add(new Run(recorder, request, frames));
      }
    }
    return runs;
  }

  /**
   * The request for one prompt of a case. The latents say how large the clip is: the reference
   * rounds numbers of frames that do not come out even.
   */
  private GenerationRequest request(
      String name, JsonNode settings, Prompts prompts, int index, VideoPipeline pipeline) {
    boolean hasVideo = settings.path("kind").asText().equals("v2v");
    String noise = name + (hasVideo ? "/noise" : "/initial_latents");
    report.input(noise);
    Tensor latents = fixture.tensor(noise).select(0, index);
    GenerationRequest request =
        pipeline
            .request(prompts.prompt(index))
            .with(Setting.NEGATIVE_PROMPT, prompts.negativePrompt(index))
            .with(pipeline.geometry().clip(latents.shape()))
            .with(Setting.STEPS, settings.path("steps").intValue())
            .with(Setting.GUIDANCE_SCALE, settings.path("guidance_scale").doubleValue())
            .with(Setting.MAX_SEQUENCE_LENGTH, settings.path("max_sequence_length").intValue())
            .with(new Input.Noise(latents));
    return hasVideo
        ? request.with(
            new Input.Clip(
                video(name + "/input_video_uint8", request.size().frames()),
                settings.path("strength").doubleValue()))
        : request;
  }

  /** The first frames of a clip, [frames, height, width, 3]. */
  private VideoFrames video(String name, int frames) {
    report.input(name);
    Shape shape = fixture.shape(name);
    int count = Math.min(frames, shape.intSize(0));
    byte[] rgb = Arrays.copyOf(bytes(name), count * shape.intSize(1) * shape.intSize(2) * 3);
    return new VideoFrames(shape.intSize(2), shape.intSize(1), count, rgb);
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
  private static float[] result(String what, Run run) {
    Recorder recorder = run.recorder();
    GenerationRequest request = run.request();
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
      case "vae_decode/video_out", ENCODED_VIDEO -> channelsFirst(recorder.all(what));
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
    int length = request.get(Setting.MAX_SEQUENCE_LENGTH);
    return what.endsWith("_first64") ? Math.min(64, length) : length;
  }

  private static float[] firstRows(Recorded recorded, String what, GenerationRequest request) {
    int features = recorded.shape().intSize(1);
    return Arrays.copyOf(recorded.values(), rows(what, request) * features);
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

  private void compareFrames(String name, List<VideoFrames> clips) {
    if (!fixture.has(name + "/frames_uint8")) {
      return;
    }
    FrameComparison comparison = FrameComparison.of(clips, bytes(name + "/frames_uint8"));
    boolean pass =
        dtype == DType.F32
            ? comparison.isEqual()
            : comparison.rms() <= levels(name + "/vae_decode/video_out");
    report.verdict(name + "/frames_uint8", comparison.toString(), pass);
  }

  /**
   * How far frames may be from the reference's when the decoded video, of values from -1 to 1, is
   * as far from it as it may be: root mean square, of 255, with what rounding both adds.
   */
  private double levels(String video) {
    float[] expected = fixture.floats(video);
    double squares = 0;
    for (float value : expected) {
      squares += (double) value * value;
    }
    Tolerances.Limit limit = tolerances.of(video, 1);
    double rms = limit.relative() ? Math.sqrt(squares / expected.length) : 1;
    return limit.value() * rms * 127.5 + 0.5;
  }
}
