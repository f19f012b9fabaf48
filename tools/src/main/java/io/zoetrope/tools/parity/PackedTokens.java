package io.zoetrope.tools.parity;

import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of LTX-Video's fixtures. Its reference works on tokens, [batch, tokens, channels],
 * gives its transformer the negative prompt and the prompt as one batch, and hands its scheduler
 * the negated prediction where tokens have timesteps of their own.
 *
 * @param pipelineClass that the case is of
 */
record PackedTokens(Recorder recorder, GenerationRequest request, String pipelineClass) {
  /** What the fixtures of this family alone have. */
  static final String MARK = "/encoder_attention_mask";

  private static final Pattern STEP = Pattern.compile("step(\\d+)/(.+)");
  private static final Pattern BLOCK = Pattern.compile("block(\\d+)(?:_(.+))?");
  private static final Pattern ENCODED = Pattern.compile("condition/encode(\\d+)_(.+)");

  /** Frames that a latent frame stands for, but for the first. */
  private static final int FRAMES_PER_LATENT = 8;

  /**
   * What the run has, in the fixture's layout.
   *
   * @param what name of the tensor inside its case
   * @param shape of the fixture's tensor
   * @return null if it has nothing of that name
   */
  float[] result(String what, Shape shape) {
    Matcher step = STEP.matcher(what);
    if (step.matches()) {
      return ofStep("denoise/step%s/".formatted(step.group(1)), step.group(2), shape);
    }
    Matcher encoded = ENCODED.matcher(what);
    if (encoded.matches()) {
      return encoded(Integer.parseInt(encoded.group(1)), encoded.group(2));
    }
    return switch (what) {
      case "encoder_hidden_states" -> batch("text/negative_prompt_embeds", "text/prompt_embeds");
      case "video_coords" -> batch("denoise/coordinates", "denoise/coordinates");
      // The decoder's own values: clips have those from -1 to 1.
      case "vae_decode/video_out" ->
          PipelineParity.channelsFirst(recorder.all("vae_decode/before_clamp"));
      case "condition/pixel_coords" -> pixelCoordinates();
      case "condition/mask" -> values(recorder.only("denoise/conditioning_mask"));
      case "condition/packed_latents" -> packed(recorder.only("denoise/initial_latents"));
      case "condition/extra_tokens" -> extraTokens();
      default -> null;
    };
  }

  private boolean isGuided() {
    return request.isGuided();
  }

  private float[] ofStep(String path, String what, Shape shape) {
    return switch (what) {
      case "timestep" -> values(recorder.only(path + "timestep"));
      case "transformer_timestep" -> batch(path + "uncond/timestep", path + "cond/timestep");
      case "input", "noise_pred" -> packedBatch(path + "uncond/" + what, path + "cond/" + what);
      case "input_last_half" -> packed(recorder.only(path + "cond/input"));
      case "noise_pred_guided" -> sampled(recorder.only(path + what), shape, negated());
      case "latents_after" -> {
        Recorded stepped = recorder.only(path + "latents_stepped");
        yield sampled(stepped == null ? recorder.only(path + what) : stepped, shape, 1);
      }
      case "caption_projection" -> captions();
      case "rope.0", "rope.1" -> {
        float[] both = inTransformer(path, what);
        yield both == null ? null : LayerOperations.eachTwice(both);
      }
      default -> inTransformer(path, place(what));
    };
  }

  private float[] inTransformer(String path, String what) {
    return batch(path + "uncond/transformer/" + what, path + "cond/transformer/" + what);
  }

  private static String place(String what) {
    Matcher block = BLOCK.matcher(what);
    if (!block.matches()) {
      return what;
    }
    String inside =
        switch (block.group(2)) {
          case null -> "";
          case "self_attn" -> "/attn1";
          case "cross_attn" -> "/attn2";
          case "norm_q" -> "/attn1/norm_q";
          default -> "/" + block.group(2);
        };
    return "transformer_blocks." + block.group(1) + inside;
  }

  private int negated() {
    return pipelineClass.equals("LTXConditionPipeline") ? -1 : 1;
  }

  /** Tokens, or the last frames of latents: a given first frame takes no steps. */
  private static float[] sampled(Recorded recorded, Shape shape, int sign) {
    if (recorded == null) {
      return null;
    }
    float[] values = shape.rank() == 3 ? packed(recorded) : lastFrames(recorded, shape.intSize(2));
    for (int i = 0; i < values.length; i++) {
      values[i] *= sign;
    }
    return values;
  }

  private static float[] lastFrames(Recorded recorded, int frames) {
    int rest = recorded.shape().intSize(2) * recorded.shape().intSize(3);
    int all = recorded.shape().intSize(1) * rest;
    int kept = frames * rest;
    float[] last = new float[recorded.shape().intSize(0) * kept];
    for (int channel = 0; channel < recorded.shape().intSize(0); channel++) {
      int end = (channel + 1) * all;
      System.arraycopy(recorded.values(), end - kept, last, channel * kept, kept);
    }
    return last;
  }

  /** Prompts are projected before the steps, the prompt first. */
  private float[] captions() {
    List<Recorded> projected = recorder.all("denoise/transformer/caption_projection");
    float[] prompt = projected.getFirst().values();
    return isGuided() ? Report.join(List.of(projected.getLast().values(), prompt)) : prompt;
  }

  private float[] encoded(int call, String what) {
    if (what.equals("frames")) {
      int latentFrames = recorder.all("vae_encode/mean").get(call).shape().intSize(1);
      return new float[] {(latentFrames - 1) * FRAMES_PER_LATENT + 1};
    }
    return recorder.all("vae_encode/" + what).get(call).values();
  }

  private float[] extraTokens() {
    Shape latents = recorder.only("denoise/initial_latents").shape();
    int frames = (request.size().frames() - 1) / FRAMES_PER_LATENT + 1;
    return new float[] {(latents.intSize(1) - frames) * latents.intSize(2) * latents.intSize(3)};
  }

  /** The coordinates with frames in the place of seconds. */
  private float[] pixelCoordinates() {
    float[] places = recorder.only("denoise/coordinates").values().clone();
    for (int i = 0; i < places.length / 3; i++) {
      places[i] = Math.round(places[i] * request.get(Setting.FRAMES_PER_SECOND));
    }
    return places;
  }

  private float[] batch(String negative, String positive) {
    Recorded first = recorder.only(positive);
    if (first == null) {
      return null;
    }
    return isGuided()
        ? Report.join(List.of(recorder.only(negative).values(), first.values()))
        : first.values();
  }

  private float[] packedBatch(String negative, String positive) {
    float[] first = packed(recorder.only(positive));
    return isGuided() ? Report.join(List.of(packed(recorder.only(negative)), first)) : first;
  }

  /** [channels, frames, height, width] to [tokens, channels]. */
  private static float[] packed(Recorded recorded) {
    int channels = recorded.shape().intSize(0);
    int tokens = recorded.values().length / channels;
    float[] packed = new float[recorded.values().length];
    for (int i = 0; i < packed.length; i++) {
      packed[i] = recorded.values()[i % channels * tokens + i / channels];
    }
    return packed;
  }

  private static float[] values(Recorded recorded) {
    return recorded == null ? null : Arrays.copyOf(recorded.values(), recorded.values().length);
  }
}
