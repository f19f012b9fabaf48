package io.zoetrope.t5;

import java.text.Normalizer.Form;
import java.util.Base64;
import java.util.List;

/** The normalizer of a tokenizer.json: rewrites text before it is cut into words. */
@FunctionalInterface
interface Normalizer {
  /**
   * Rewrites a text.
   *
   * @param longest how many characters the result may have
   * @throws TokenizerException if it would have more
   */
  Segment normalize(Segment segment, int longest);

  /** Rewrites a text within the {@link Bounds}. */
  default Segment normalize(Segment segment) {
    return normalize(segment, Bounds.normalizedLength(segment.text()));
  }

  /** Reads a normalizer; null stands for one that changes nothing. */
  static Normalizer read(JsonPlace json) {
    List<Normalizer> steps = json.steps("normalizers").map(Normalizer::readStep).toList();
    return (segment, longest) -> {
      Segment result = segment;
      for (Normalizer step : steps) {
        result = step.normalize(result, longest);
        Bounds.requireLength(result.text().length(), longest, json.place());
      }
      return result;
    };
  }

  private static Normalizer readStep(JsonPlace json) {
    return switch (json.type()) {
      case "Precompiled" -> readPrecompiled(json.get("precompiled_charsmap"));
      case "Replace" -> Replacement.read(json);
      case "Strip" -> {
        boolean left = json.get("strip_left").bool();
        boolean right = json.get("strip_right").bool();
        yield (segment, _) -> strip(segment, left, right);
      }
      case "Prepend" -> {
        String prefix = json.get("prepend").shortText();
        yield (segment, _) -> segment.text().isEmpty() ? segment : segment.prepend(prefix);
      }
      case "Lowercase" -> (segment, _) -> segment.rewrite(Normalizer::lowercase);
      case "NFC" -> unicode(Form.NFC);
      case "NFD" -> unicode(Form.NFD);
      case "NFKC" -> unicode(Form.NFKC);
      case "NFKD" -> unicode(Form.NFKD);
      case "Nmt" -> (segment, _) -> nmt(segment);
      default ->
          throw json.unsupported(
              "Sequence, Precompiled, Replace, Strip, Prepend, Lowercase, NFC, NFD, NFKC, NFKD, Nmt");
    };
  }

  private static Normalizer unicode(Form form) {
    return (segment, _) -> segment.rewrite(text -> java.text.Normalizer.normalize(text, form));
  }

  private static Normalizer readPrecompiled(JsonPlace json) {
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(json.text());
    } catch (IllegalArgumentException e) {
      throw json.wrong("is not base64: " + e.getMessage());
    }
    var normalizer = new PrecompiledNormalizer(new PrecompiledCharsMap(blob, json.place()));
    return (segment, longest) -> segment.rewrite(text -> normalizer.normalize(text, longest));
  }

  private static Segment strip(Segment segment, boolean left, boolean right) {
    String text = segment.text();
    int from = left ? WhiteSpace.skip(text, 0) : 0;
    int to = right ? WhiteSpace.skipBack(text, from, text.length()) : text.length();
    return segment.slice(from, to);
  }

  /** Character by character, so without the final form of sigma. */
  private static String lowercase(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> {
          lower.appendCodePoint(Character.toLowerCase(c));
          // The one letter with a longer lower-case form: i and a combining dot above.
          if (c == 0x130) {
            lower.append('\u0307');
          }
        });
    return lower.toString();
  }

  /**
   * Control characters go, other blanks become spaces: the rules of SentencePiece's "nmt" beyond
   * NFKC.
   */
  private static Segment nmt(Segment segment) {
    String text = segment.text();
    StringBuilder result = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isRemovedByNmt(c)) {
        result.append(isBlankForNmt(c) ? ' ' : c);
      }
    }
    boolean keepsStart = !text.isEmpty() && !isRemovedByNmt(text.charAt(0));
    return new Segment(result.toString(), keepsStart ? segment.startLength() : 0);
  }

  private static boolean isRemovedByNmt(char c) {
    return c >= 1 && c <= 8
        || c == 0xB
        || c >= 0xE && c <= 0x1F
        || c == 0x7F
        || c == 0x8F
        || c == 0x9F;
  }

  private static boolean isBlankForNmt(char c) {
    return switch (c) {
      case '\t', '\n', '\f', '\r', '\u1680', '\u2028', '\u2029', '\u2581', '\uFEFF', '\uFFFD' ->
          true;
      default -> c >= '\u200B' && c <= '\u200F';
    };
  }
}
