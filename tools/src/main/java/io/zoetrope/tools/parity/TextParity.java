package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.pipeline.family.PromptEncoder;
import io.zoetrope.pipeline.family.T5PromptEncoder;
import io.zoetrope.t5.TokenIds;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Tokens and text encoder layer by layer, with the padding that fixtures hold: the pipeline itself
 * leaves padding out.
 */
record TextParity(
    Backend backend,
    DType dtype,
    Fixture fixture,
    ModelSource source,
    Tolerances tolerances,
    Report report) {

  /** Fixtures call the prompts by what they are, or by the number of the encoder's call. */
  void run(String name, JsonNode settings) {
    FamilyModel model = Family.open(source, new ModelPrecision(dtype, dtype));
    try (Opened<PromptEncoder> opened = model.textEncoder().open(backend)) {
      if (!(opened.model() instanceof T5PromptEncoder text)) {
        throw new PipelineException(name + ": layers can be compared of T5 text encoders alone");
      }
      Prompts prompts = Prompts.of(settings);
      boolean counted = fixture.has(name + "/text/0/token_ids");
      compare(name + (counted ? "/text/0" : "/text/prompt"), text, prompts.prompts());
      compare(
          name + (counted ? "/text/1" : "/text/negative_prompt"), text, prompts.negativePrompts());
      compareMasks(name, text, prompts);
    }
  }

  /** Which tokens are no padding, where the reference hands that on. */
  private void compareMasks(String name, T5PromptEncoder text, Prompts prompts) {
    compareMask(name + "/text/prompt_attention_mask", text, prompts.prompts());
    compareMask(name + "/text/negative_prompt_attention_mask", text, prompts.negativePrompts());
    String both = name + PackedTokens.MARK;
    if (fixture.has(both)) {
      boolean isGuided = fixture.shape(both).size(0) == 2L * prompts.count();
      List<String> batch = new ArrayList<>(isGuided ? prompts.negativePrompts() : List.of());
      batch.addAll(prompts.prompts());
      compareMask(both, text, batch);
    }
  }

  private void compareMask(String tensor, T5PromptEncoder text, List<String> prompts) {
    if (fixture.has(tensor)) {
      compareIds(
          tensor,
          tokens(text, prompts, fixture.shape(tensor).intSize(1)).stream()
              .map(TokenIds::attentionMask)
              .toList());
    }
  }

  private static List<TokenIds> tokens(T5PromptEncoder text, List<String> prompts, int length) {
    return prompts.stream()
        .map(prompt -> text.tokenizer().encode(text.contract().cleaning().apply(prompt), length))
        .toList();
  }

  private void compare(String prefix, T5PromptEncoder text, List<String> prompts) {
    if (fixture.has(prefix + "/token_ids")) {
      Shape ids = fixture.shape(prefix + "/token_ids");
      List<TokenIds> batch = tokens(text, prompts, ids.intSize(ids.rank() - 1));
      compareIds(prefix + "/token_ids", batch.stream().map(TokenIds::ids).toList());
      if (fixture.has(prefix + "/attention_mask")) {
        compareIds(
            prefix + "/attention_mask", batch.stream().map(TokenIds::attentionMask).toList());
      }
      compareLayers(prefix, text, batch);
    }
  }

  private void compareIds(String name, List<int[]> batch) {
    int[] ids = batch.stream().flatMapToInt(Arrays::stream).toArray();
    float[] values = new float[ids.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ids[i];
    }
    report.compare(fixture, name, values, new Tolerances.Limit(0, false));
  }

  private void compareLayers(String prefix, T5PromptEncoder text, List<TokenIds> batch) {
    List<Recorder> recorders = new ArrayList<>();
    for (TokenIds tokens : batch) {
      Recorder recorder = new Recorder();
      recorders.add(recorder);
      try (Ops ops = new Ops(backend, recorder);
          var _ = ops.scope("text_encoder")) {
        text.encoder().forward(ops, tokens.ids(), text.attended(tokens));
      }
    }
    for (String name : fixture.namesOf(prefix)) {
      String what =
          name.substring(prefix.length() + 1)
              .replace("_first64", "")
              .replace("last_hidden_state", "final_layer_norm");
      int count = Math.toIntExact(fixture.shape(name).count() / batch.size());
      List<float[]> results =
          recorders.stream()
              .map(recorder -> recorder.only("text_encoder/" + what))
              .filter(Objects::nonNull)
              .map(recorded -> Arrays.copyOf(recorded.values(), count))
              .toList();
      if (results.size() == batch.size()) {
        report.compareBatch(fixture, tolerances, name, results);
      }
    }
  }
}
