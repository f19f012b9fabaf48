package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.t5.PromptCleaner;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.TokenIds;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.t5.encoder.T5Encoder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.parity.Recorder.Recorded;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;

/**
 * Tokens and text encoder layer by layer, with the padding that fixtures hold: the pipeline itself
 * leaves padding out.
 */
record TextParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {

  void run(String name, JsonNode settings) {
    Path folder = fixture.folder().resolve("text_encoder");
    T5Tokenizer tokenizer = T5Tokenizer.open(fixture.folder().resolve("tokenizer"));
    try (Checkpoint checkpoint = Checkpoint.open(folder, "model")) {
      T5Encoder encoder =
          T5Encoder.load(
              T5Config.read(folder.resolve("config.json")), Weights.of(checkpoint, backend), dtype);
      for (String which : new String[] {"prompt", "negative_prompt"}) {
        String prefix = name + "/text/" + which;
        if (fixture.has(prefix + "/token_ids")) {
          TokenIds tokens =
              tokenizer.encode(
                  PromptCleaner.clean(settings.path(which).asText("")),
                  settings.path("max_sequence_length").intValue());
          compareIds(prefix + "/token_ids", tokens.ids());
          compareIds(prefix + "/attention_mask", tokens.attentionMask());
          compareLayers(prefix, encoder, tokens);
        }
      }
    }
  }

  private void compareIds(String name, int[] actual) {
    float[] values = new float[actual.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = actual[i];
    }
    report.compare(fixture, name, values, new Tolerances.Limit(0, false));
  }

  private void compareLayers(String prefix, T5Encoder encoder, TokenIds tokens) {
    Recorder recorder = new Recorder();
    try (Ops ops = new Ops(backend, recorder);
        var _ = ops.scope("text_encoder")) {
      encoder.forward(ops, tokens.ids(), tokens.length());
    }
    Set<String> names = fixture.namesOf(prefix);
    for (String name : names) {
      String what = name.substring(prefix.length() + 1).replace("_first64", "");
      Recorded recorded = recorder.only("text_encoder/" + what);
      if (recorded != null) {
        int count = Math.toIntExact(fixture.tensor(name).count());
        report.compare(fixture, tolerances, name, Arrays.copyOf(recorded.values(), count));
      }
    }
  }
}
