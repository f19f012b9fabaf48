package io.zoetrope.tools.parity;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.parity.Recorder.Recorded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of Latte's fixtures, whose reference gives its transformer the negative prompts and the
 * prompts as one batch, and its autoencoder the frames of all clips as another, of which the last
 * part is kept.
 *
 * @param recorders of the prompts, one after the other
 * @param guided whether negative prompts stand in front of them
 */
record BatchedBranches(List<Recorder> recorders, boolean guided) {
  private static final Pattern STEP = Pattern.compile("step(\\d+)/(.+)");
  private static final Pattern BLOCK = Pattern.compile("(spatial|temporal)(\\d+)(?:_(.+))?");
  private static final String EMBEDS = "encoder_hidden_states";

  /**
   * The results of a batch's elements, in the fixture's layout; empty if there are none.
   *
   * @param what name of the tensor inside its case
   * @param shape of the fixture's tensor
   */
  List<float[]> results(String what, Shape shape) {
    if (what.startsWith("vae_decode/")) {
      return frames(what, Math.toIntExact(shape.count()));
    }
    if (what.endsWith("prompt_embeds")) {
      return recorders.stream().map(recorder -> firstRows(recorder.only(what), shape)).toList();
    }
    List<float[]> batch = new ArrayList<>();
    for (boolean negative : guided ? new boolean[] {true, false} : new boolean[] {false}) {
      recorders.stream()
          .map(recorder -> branch(recorder, negative, what, shape))
          .filter(Objects::nonNull)
          .forEach(batch::add);
    }
    return batch.size() == recorders.size() * (guided ? 2 : 1) ? batch : List.of();
  }

  private static float[] branch(Recorder recorder, boolean negative, String what, Shape shape) {
    if (what.equals(EMBEDS)) {
      String prompt = negative ? "text/negative_prompt_embeds" : "text/prompt_embeds";
      return firstRows(recorder.only(prompt), shape);
    }
    Matcher step = STEP.matcher(what);
    if (!step.matches()) {
      return null;
    }
    String path = "denoise/step%s/%s/".formatted(step.group(1), negative ? "uncond" : "cond");
    String inside = step.group(2);
    if (inside.equals("input")) {
      return values(recorder.only(path + inside));
    }
    if (inside.equals("caption_projection")) {
      return values(recorder.all("denoise/transformer/" + inside).get(negative ? 1 : 0));
    }
    return values(recorder.only(path + "transformer/" + place(inside)));
  }

  private static String place(String inside) {
    Matcher block = BLOCK.matcher(inside);
    if (!block.matches()) {
      return inside;
    }
    String blocks =
        block.group(1).equals("spatial") ? "transformer_blocks." : "temporal_transformer_blocks.";
    String part =
        switch (block.group(3)) {
          case null -> "";
          case "self_attn" -> "/attn1";
          case "cross_attn" -> "/attn2";
          default -> "/" + block.group(3);
        };
    return blocks + block.group(2) + part;
  }

  /** [batch, rows, features] has as many rows of each element as were not padding. */
  private static float[] firstRows(Recorded recorded, Shape shape) {
    return recorded == null
        ? null
        : Arrays.copyOf(recorded.values(), Math.toIntExact(shape.size(1) * shape.size(2)));
  }

  private List<float[]> frames(String what, int kept) {
    List<float[]> frames = new ArrayList<>();
    for (Recorder recorder : recorders) {
      if (what.endsWith("/video_out")) {
        recorder
            .all("vae_decode/before_clamp")
            .forEach(frame -> frames.add(PipelineParity.channelsFirst(List.of(frame))));
      } else {
        recorder.all(what).forEach(frame -> frames.add(frame.values()));
      }
    }
    float[] all = Report.join(frames);
    return List.of(Arrays.copyOfRange(all, all.length - kept, all.length));
  }

  private static float[] values(Recorded recorded) {
    return recorded == null ? null : recorded.values();
  }
}
