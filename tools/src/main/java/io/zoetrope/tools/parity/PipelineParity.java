package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.discrete.DiscreteScheduler;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whole pipeline runs from the fixture's initial noise, whatever the task. The product's own
 * pipeline runs, and a tracer records every stage.
 */
record PipelineParity(
    Backend backend,
    DType dtype,
    Fixture fixture,
    ModelSource model,
    Tolerances tolerances,
    Report report) {
  /** Channels of what stays and of what is made anew; the others are of the mask. */
  private static final int CONTROL_LATENTS = 32;

  private static final String ENCODED_VIDEO = "vae_encode/video_in";
  private static final String CLIP_NOISE = "v2v/noise";

  /**
   * How far, relatively, a decoded video may be in BF16 where the fixture keeps none: twice what
   * its README has measured.
   */
  private static final double UNKNOWN_VIDEO = 2 * 2.1e-2;

  /** What fixtures have whose reference runs all branches as a batch. */
  static final String BATCH = "/encoder_hidden_states";

  private static final Pattern BRANCH = Pattern.compile("step(\\d+)/(cond|uncond)/(.+)");
  private static final Pattern BLOCK = Pattern.compile("(vace_)?block(\\d+)(?:_(.+))?");
  private static final Pattern ENCODED = Pattern.compile("vae_encode/(\\d+)_mean");

  /**
   * One run of the pipeline: the reference runs a batch where this engine runs prompt by prompt.
   */
  private record Run(Recorder recorder, GenerationRequest request, VideoFrames frames) {
    /** How many prompts guide the run. */
    int prompts() {
      return request.isGuided() ? 2 : 1;
    }
  }

  void run(String name, JsonNode settings) {
    List<Run> runs = runs(name, settings);
    new TextParity(backend, dtype, fixture, model, tolerances, report).run(name, settings);
    Set<String> names = fixture.namesOf(name);
    for (String tensor : names) {
      String what = tensor.substring(name.length() + 1);
      if (what.equals(ENCODED_VIDEO)
          && fixture.shape(tensor).size(2) > runs.getFirst().request().size().frames()) {
        // The reference hands its encoder a whole clip, and the encoder leaves out the odd frames.
        report.input(tensor);
        continue;
      }
      if (what.equals(CLIP_NOISE)) {
        // One of the draws, under another name.
        report.input(tensor);
        continue;
      }
      List<float[]> results = results(tensor, what, runs);
      if (!results.isEmpty()) {
        report.compareBatch(fixture, tolerances, tensor, results);
      }
    }
    compareFrames(name, runs.stream().map(Run::frames).toList());
    report.requireAllSeen(names);
  }

  /** What the runs have under a fixture's name, in the fixture's layout; empty if nothing. */
  private List<float[]> results(String tensor, String what, List<Run> runs) {
    if (model.pipelineClass().startsWith("CogVideoX")) {
      Run run = runs.getFirst();
      List<float[]> joint = new JointBranches(run.recorder(), run.prompts() > 1).results(what);
      if (!joint.isEmpty()) {
        return joint;
      }
    } else if (model.pipelineClass().startsWith("LTX")) {
      Run run = runs.getFirst();
      PackedTokens packed = new PackedTokens(run.recorder(), run.request(), model.pipelineClass());
      float[] result = packed.result(what, fixture.shape(tensor));
      if (result != null) {
        return List.of(result);
      }
    } else if (fixture.has(tensor.substring(0, tensor.indexOf('/')) + BATCH)) {
      List<Recorder> recorders = runs.stream().map(Run::recorder).toList();
      List<float[]> batch =
          new BatchedBranches(recorders, runs.getFirst().prompts() > 1)
              .results(what, fixture.shape(tensor));
      if (!batch.isEmpty()) {
        return batch;
      }
    }
    int tokens = tokens(tensor);
    List<float[]> results =
        runs.stream().map(run -> result(what, run, tokens)).filter(Objects::nonNull).toList();
    return results.size() == runs.size() ? results : List.of();
  }

  private List<Run> runs(String name, JsonNode settings) {
    Prompts prompts = Prompts.of(settings);
    CaseRequest requests = CaseRequest.of(fixture, report, name, settings);
    List<Run> runs = new ArrayList<>();
    ModelPrecision precision = new ModelPrecision(dtype, DType.F32);
    try (VideoPipeline pipeline =
        VideoPipeline.open(model, backend, precision, WeightRetention.RELEASE)) {
      for (int i = 0; i < prompts.count(); i++) {
        Recorder recorder = new Recorder();
        GenerationRequest request = requests.of(pipeline, prompts, i);
        Job job = pipeline.job(request);
        VideoFrames frames =
            requests
                .noise(i)
                .map(noise -> job.run(Progress.NONE, recorder, noise))
                .orElseGet(() -> job.run(Progress.NONE, recorder))
                .frames();
        runs.add(new Run(recorder, request, frames));
      }
    }
    return runs;
  }

  /** How many timesteps the reference gave its transformer for a tensor: one, or one a token. */
  private int tokens(String tensor) {
    String timestep = tensor.replaceFirst("/(cond|uncond)/.*", "/$1/timestep");
    Shape shape = fixture.has(timestep) ? fixture.shape(timestep) : Shape.of(1);
    return shape.rank() == 2 ? shape.intSize(1) : 1;
  }

  /** What this run has under a fixture's name, in the fixture's layout; null if nothing. */
  private float[] result(String what, Run run, int tokens) {
    Recorder recorder = run.recorder();
    GenerationRequest request = run.request();
    Matcher branch = BRANCH.matcher(what);
    if (branch.matches()) {
      String path = "denoise/step%s/%s/".formatted(branch.group(1), branch.group(2));
      return transformer(
          path, branch.group(2).equals("cond") ? 0 : 1, branch.group(3), run, tokens);
    }
    Matcher encoded = ENCODED.matcher(what);
    if (encoded.matches()) {
      int call = Integer.parseInt(encoded.group(1));
      return recorder.all("vae_encode/mean").get(call).values();
    }
    if (what.startsWith("control/")) {
      return control(what, recorder);
    }
    return switch (what) {
      case "text/prompt_embeds", "text/prompt_embeds_first64" ->
          firstRows(recorder.only("text/prompt_embeds"), what, request);
      case "text/negative_prompt_embeds", "text/negative_prompt_embeds_first64" ->
          firstRows(recorder.only("text/negative_prompt_embeds"), what, request);
      case "scheduler/sigmas" -> recorder.only("denoise/sigmas").values();
      case "scheduler/timesteps" -> recorder.only("denoise/timesteps").values();
      case "vae_decode/video_out", ENCODED_VIDEO -> channelsFirst(recorder.all(what));
      case "scheduler/timesteps_used" -> timestepsUsed(recorder);
      case "scheduler/alphas_cumprod" -> alphasCumprod(run);
      case "scheduler/alphas_cumprod_at_timesteps" -> {
        float[] all = alphasCumprod(run);
        float[] some = recorder.only("denoise/timesteps").values().clone();
        for (int i = 0; i < some.length; i++) {
          some[i] = all[(int) some[i]];
        }
        yield some;
      }
      case "v2v/timestep" -> recorder.only("denoise/step0/timestep").values();
      case "v2v/clean_latents" -> recorder.only("denoise/clean_latents").values();
      case "v2v/noised_latents" -> recorder.only("denoise/initial_latents").values();
      case "pixel_values", "image_embeds" -> pictures(recorder, what);
      default -> {
        Recorded direct = recorder.only(what.startsWith("vae") ? what : "denoise/" + what);
        yield direct == null ? null : direct.values();
      }
    };
  }

  private float[] alphasCumprod(Run run) {
    FamilyModel family = Family.open(model, new ModelPrecision(dtype, DType.F32));
    try (Scheduler scheduler = family.scheduler(run.request()).scheduler()) {
      return scheduler instanceof DiscreteScheduler table ? table.alphasCumprod() : null;
    }
  }

  private static float[] transformer(String path, int branch, String what, Run run, int tokens) {
    Recorder recorder = run.recorder();
    String transformer = path + "transformer/";
    Matcher block = BLOCK.matcher(what);
    if (block.matches()) {
      String place =
          transformer + (block.group(1) == null ? "blocks." : "vace_blocks.") + block.group(2);
      String inside = block.group(3) == null ? "" : block.group(3);
      return values(
          recorder.only(
              switch (inside) {
                case "", "control" -> place;
                case "hint" -> place + "/proj_out";
                case "self_attn" -> place + "/attn1";
                case "cross_attn" -> place + "/attn2";
                case "norm_q" -> place + "/attn1/norm_q";
                default -> place + "/" + inside;
              }));
    }
    return switch (what) {
      case "rope.0", "rope.1" ->
          LayerOperations.eachTwice(values(recorder.only(transformer + what)));
      case "patch_embedding" -> transposed(recorder.only(transformer + what));
      case "vace_patch_embedding" -> transposed(recorder.only("denoise/transformer/" + what));
      case "timestep" -> eachToken(recorder.only(path + what), tokens);
      case "timestep_sinusoid" ->
          eachToken(recorder.only(transformer + "condition_embedder/timesteps_proj"), tokens);
      case "temb" ->
          eachToken(recorder.only(transformer + "condition_embedder/time_embedder"), tokens);
      case "timestep_proj" ->
          eachToken(recorder.only(transformer + "condition_embedder/time_proj"), tokens);
      case "text_embedding", "text_embedding_first64" ->
          repeatLastRow(
              recorder
                  .all("denoise/transformer/condition_embedder/text_embedder")
                  .get(share(path, recorder) * run.prompts() + branch),
              rows(what, run.request()));
      case "encoder_hidden_states_image" -> pictures(recorder, "image_embeds");
      case "image_embedding" ->
          values(recorder.only("denoise/transformer/condition_embedder/image_embedder"));
      case "is_transformer_2" ->
          new float[] {recorder.all("denoise/expert").get(share(path, recorder)).values()[0]};
      case "norm_out", "proj_out" -> values(recorder.only(transformer + what));
      default -> values(recorder.only(path + what));
    };
  }

  private static float[] control(String what, Recorder recorder) {
    Recorded read = recorder.only("control/hidden_states");
    int rest = read.values().length / read.shape().intSize(0);
    return switch (what) {
      case "control/hidden_states" -> read.values();
      case "control/latents" -> Arrays.copyOf(read.values(), CONTROL_LATENTS * rest);
      case "control/mask_packed" ->
          Arrays.copyOfRange(read.values(), CONTROL_LATENTS * rest, read.values().length);
      case "control/scale" -> recorder.only("denoise/control_scale").values();
      default -> {
        List<Recorded> frames = recorder.all(what);
        yield frames.isEmpty() ? null : channelsFirst(frames);
      }
    };
  }

  private static float[] timestepsUsed(Recorder recorder) {
    List<float[]> timesteps = new ArrayList<>();
    Recorded step = timestep(recorder, 0);
    while (step != null) {
      timesteps.add(step.values());
      step = timestep(recorder, timesteps.size());
    }
    return Report.join(timesteps);
  }

  private static Recorded timestep(Recorder recorder, int step) {
    return recorder.only("denoise/step%d/timestep".formatted(step));
  }

  /** Which of the transformers that took steps, each of which embeds the prompts, took one. */
  private static int share(String path, Recorder recorder) {
    int step = Integer.parseInt(path.replaceAll("\\D", ""));
    List<Recorded> shares = recorder.all("denoise/expert");
    int share = 0;
    while (step >= shares.get(share).values()[2]) {
      share++;
    }
    return share;
  }

  /** What the image encoder saw, or made, one picture behind the other. */
  private static float[] pictures(Recorder recorder, String what) {
    return Report.join(recorder.all("image/" + what).stream().map(Recorded::values).toList());
  }

  private static float[] values(Recorded recorded) {
    return recorded == null ? null : recorded.values();
  }

  /** The engine computes one row for all tokens where they share a timestep. */
  private static float[] eachToken(Recorded recorded, int tokens) {
    return recorded == null || recorded.shape().size(0) == tokens
        ? values(recorded)
        : repeatLastRow(recorded, tokens);
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
    int last = recorded.shape().intSize(0) - 1;
    int features = recorded.values().length / (last + 1);
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

  /** Compares clips with those of a case, if it has any. */
  void compareFrames(String name, List<VideoFrames> clips) {
    if (!fixture.has(name + "/frames_uint8")) {
      return;
    }
    FrameComparison comparison = FrameComparison.of(clips, fixture.bytes(name + "/frames_uint8"));
    boolean pass = dtype == DType.F32 ? comparison.isEqual() : comparison.rms() <= levels(name);
    report.verdict(name + "/frames_uint8", comparison.toString(), pass);
  }

  /**
   * How far frames may be from the reference's when the decoded video, of values from -1 to 1, is
   * as far from it as it may be: root mean square, of 255, with what rounding both adds.
   */
  private double levels(String name) {
    double squares = 0;
    byte[] levels = fixture.bytes(name + "/frames_uint8");
    for (byte level : levels) {
      double value = (level & 0xff) / 127.5 - 1;
      squares += value * value;
    }
    String video = name + "/vae_decode/video_out";
    Tolerances.Limit limit =
        fixture.has(video) ? tolerances.of(video, 1) : new Tolerances.Limit(UNKNOWN_VIDEO, true);
    double rms = limit.relative() ? Math.sqrt(squares / levels.length) : 1;
    return limit.value() * rms * 127.5 + 0.5;
  }
}
