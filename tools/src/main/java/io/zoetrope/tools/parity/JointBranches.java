package io.zoetrope.tools.parity;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of CogVideoX's fixtures, whose reference gives its transformer the negative prompt and
 * the prompt as one batch, text and video as one sequence, and latents with frames in front.
 *
 * @param guided whether the negative prompt stands in front of the prompt
 */
record JointBranches(Recorder recorder, boolean guided) {
  private static final Pattern STEP = Pattern.compile("step(\\d+)/(.+)");
  private static final Pattern BLOCK =
      Pattern.compile("block(\\d+)(?:_(norm1|norm2|attn|ff))?(\\.\\d)?");

  /** Latents, once for both prompts. */
  private static final Set<String> LATENTS =
      Set.of("noise_pred_guided", "latents_after", "pred_original_sample");

  /**
   * The results under a fixture's name, in its layout, those of one prompt behind the other; empty
   * if there are none.
   *
   * @param what name of the tensor inside its case
   */
  List<float[]> results(String what) {
    return switch (what) {
      case "initial_latents", "image_latents" -> latents("denoise/" + what);
      case "v2v/noised_latents" -> latents("denoise/initial_latents");
      case "v2v/clean_latents" -> latents("denoise/clean_latents");
      case "vae_decode/video_out" ->
          List.of(PipelineParity.channelsFirst(recorder.all("vae_decode/before_clamp")));
      case "rope_cos" -> rope("rope.0");
      case "rope_sin" -> rope("rope.1");
      case "encoder_hidden_states" -> eachPrompt(this::embeds);
      default -> ofStep(what);
    };
  }

  private List<float[]> ofStep(String what) {
    Matcher step = STEP.matcher(what);
    if (!step.matches()) {
      return List.of();
    }
    String path = "denoise/step%s/".formatted(step.group(1));
    String inside = step.group(2);
    if (LATENTS.contains(inside)) {
      return latents(path + inside);
    }
    return eachPrompt(negative -> branch(path + (negative ? "uncond/" : "cond/"), inside));
  }

  /** The results of a call of the transformer. */
  private float[] branch(String path, String inside) {
    return switch (inside) {
      case "input", "noise_pred" -> framesFirst(recorder.only(path + inside));
      case "transformer_timestep" -> values(recorder.only(path + "timestep"));
      default -> {
        Matcher block = BLOCK.matcher(inside);
        yield block.matches()
            ? block(path + "transformer/transformer_blocks." + block.group(1), block)
            : values(recorder.only(path + "transformer/" + inside));
      }
    };
  }

  /** Text stands behind the video where a module returns both, and in front of it where joined. */
  private float[] block(String place, Matcher block) {
    String output = block.group(3) == null ? "" : block.group(3);
    return switch (block.group(2)) {
      case null -> values(recorder.only(place + output));
      case "attn" -> part(recorder.all(place + "/attn1"), output.equals(".0") ? 0 : 1);
      case "ff" -> {
        List<Recorded> parts = recorder.all(place + "/ff");
        yield Report.join(List.of(part(parts, 1), part(parts, 0)));
      }
      default -> values(recorder.only(place + "/" + block.group(2) + output));
    };
  }

  private static float[] part(List<Recorded> parts, int index) {
    return parts.get(index).values();
  }

  private interface OfPrompt {
    float[] result(boolean negative);
  }

  private List<float[]> eachPrompt(OfPrompt prompt) {
    List<float[]> results = new ArrayList<>();
    if (guided) {
      results.add(prompt.result(true));
    }
    results.add(prompt.result(false));
    return results.contains(null) ? List.of() : results;
  }

  private float[] embeds(boolean negative) {
    return values(recorder.only(negative ? "text/negative_prompt_embeds" : "text/prompt_embeds"));
  }

  private List<float[]> rope(String name) {
    Recorded table = recorder.only("denoise/step0/cond/transformer/" + name);
    return table == null ? List.of() : List.of(LayerOperations.eachTwice(table.values()));
  }

  private List<float[]> latents(String path) {
    float[] values = framesFirst(recorder.only(path));
    return values == null ? List.of() : List.of(values);
  }

  /** [channels, frames, height, width] to [frames, channels, height, width]. */
  private static float[] framesFirst(Recorded recorded) {
    if (recorded == null) {
      return null;
    }
    Shape shape = recorded.shape();
    int channels = shape.intSize(0);
    int frames = shape.intSize(1);
    int plane = shape.intSize(2) * shape.intSize(3);
    float[] out = new float[recorded.values().length];
    for (int channel = 0; channel < channels; channel++) {
      for (int frame = 0; frame < frames; frame++) {
        System.arraycopy(
            recorded.values(),
            (channel * frames + frame) * plane,
            out,
            (frame * channels + channel) * plane,
            plane);
      }
    }
    return out;
  }

  private static float[] values(Recorded recorded) {
    return recorded == null ? null : recorded.values();
  }
}
