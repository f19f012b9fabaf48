package io.zoetrope.lora;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a tensor in a LoRA file, taken apart. The endings are those that diffusers ({@code
 * loaders/lora_conversion_utils.py}), PEFT, ComfyUI ({@code comfy/lora.py}), LightX2V ({@code
 * lora_loader.py}) and kohya's trainers write.
 *
 * @param name as it stands in the file
 * @param module what it changes, with whatever prefix the file gives it
 * @param role what the tensor is to the module
 * @param spelling how the file names pairs, for people; empty for what is no part of a pair
 */
record LoraKey(String name, String module, Role role, String spelling) {
  /** What a tensor is to the module that it changes. */
  enum Role {
    /** The first factor of a pair, [rank, inputs of the module]. */
    DOWN,
    /** The second one, [outputs of the module, rank]. */
    UP,
    /** What PEFT adds behind the second factor, [outputs of the module]. */
    UP_BIAS,
    /** One number: a pair counts alpha / rank times. */
    ALPHA,
    /** A difference of the weight. */
    DIFFERENCE,
    /** A difference of the bias. */
    BIAS_DIFFERENCE,
    /** A difference of the modulation table below the module. */
    MODULATION_DIFFERENCE
  }

  /** Module, how the pair is spelled, which factor, the name of PEFT's adapter, what of it. */
  private static final Pattern PAIR =
      Pattern.compile(
          "(.+?)(\\.lora_|_lora\\.|\\.lora\\.|\\.lora_linear_layer\\.)(down|up|A|B)"
              + "(\\.(?!weight$|bias$)[^.]+)?(\\.weight|\\.bias)?");

  private static final Map<String, Role> ENDINGS = new LinkedHashMap<>();

  static {
    ENDINGS.put(".alpha", Role.ALPHA);
    ENDINGS.put(".diff", Role.DIFFERENCE);
    ENDINGS.put(".diff_b", Role.BIAS_DIFFERENCE);
    ENDINGS.put(".diff_m", Role.MODULATION_DIFFERENCE);
    // LyCORIS, for norms
    ENDINGS.put(".w_norm", Role.DIFFERENCE);
    ENDINGS.put(".b_norm", Role.BIAS_DIFFERENCE);
  }

  /** Takes a name apart; empty if it is none of a LoRA. */
  static Optional<LoraKey> parse(String name) {
    for (Map.Entry<String, Role> ending : ENDINGS.entrySet()) {
      int length = name.length() - ending.getKey().length();
      if (length > 0 && name.endsWith(ending.getKey())) {
        return Optional.of(new LoraKey(name, name.substring(0, length), ending.getValue(), ""));
      }
    }
    Matcher pair = PAIR.matcher(name);
    if (!pair.matches()) {
      return Optional.empty();
    }
    boolean isUp = pair.group(3).equals("up") || pair.group(3).equals("B");
    boolean isBias = ".bias".equals(pair.group(5));
    if (isBias && !isUp) {
      return Optional.empty();
    }
    Role role = isBias ? Role.UP_BIAS : isUp ? Role.UP : Role.DOWN;
    boolean isLettered = pair.group(3).length() == 1;
    String spelling =
        pair.group(2)
            + (isLettered ? "A/B" : "down/up")
            + (pair.group(4) == null ? "" : pair.group(4))
            + (pair.group(5) == null ? "" : ".weight");
    return Optional.of(new LoraKey(name, pair.group(1), role, spelling));
  }
}
