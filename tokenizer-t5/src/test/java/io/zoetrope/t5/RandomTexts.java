package io.zoetrope.t5;

import java.util.Random;

/**
 * Texts of many scripts, mixed and with all that is hard for a tokenizer; the same for the same
 * seed.
 */
final class RandomTexts {
  private static final int[][] SCRIPTS = {
    {0x20, 0x7E}, // ASCII
    {'a', 'z'},
    {0xA0, 0x24F}, // Latin with accents
    {0x300, 0x36F}, // combining marks
    {0x370, 0x3FF}, // Greek
    {0x400, 0x52F}, // Cyrillic
    {0x591, 0x5F4}, // Hebrew with points
    {0x600, 0x6FF}, // Arabic
    {0x900, 0x97F}, // Devanagari
    {0xE01, 0xE5B}, // Thai
    {0x1100, 0x11FF}, // Hangul jamo
    {0xAC00, 0xD7A3}, // Hangul syllables
    {0x3000, 0x30FF}, // kana
    {0x4E00, 0x9FFF}, // CJK
    {0xFB00, 0xFDFF}, // ligatures and presentation forms
    {0xFF00, 0xFFEF}, // half and full width
    {0x1E00, 0x1FFF}, // Vietnamese and polytonic Greek
    {0x2000, 0x206F}, // spaces, joiners, punctuation
    {0x0, 0x1F}, // control characters
    {0x7F, 0x9F},
    {0x1F300, 0x1F6FF}, // emoji
    {0x1F1E6, 0x1F1FF}, // flags
    {0x1D400, 0x1D7FF}, // mathematical letters
  };

  private static final String[] FRAGMENTS = {
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\u00A0",
    "\u3000",
    "\u2581",
    "\u2581\u2581",
    "\u200B",
    "\u200D",
    "\uFE0F",
    "</s>",
    "<pad>",
    "<unk>",
    "<s>",
    "<extra_id_0>",
    "<extra_id_1",
    " </s> ",
    "<0x41>",
    "e\u0301",
    "a\u0300\u0301",
    "\u1100\u1161\u11A8",
    "\u0E01\u0E33\u0301",
    "\u0915\u094D\u0937",
    "\u0600a",
    "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
    "\uD83D\uDC4D\uD83C\uDFFD",
    "\u2764\uFE0F\u200D\uD83D\uDD25",
    "a cat",
    "The",
    "the grass",
    "walks",
    "aaaaaaaa",
  };

  private final Random random;

  RandomTexts(long seed) {
    random = new Random(seed);
  }

  String next() {
    StringBuilder text = new StringBuilder();
    int[] script = SCRIPTS[random.nextInt(SCRIPTS.length)];
    for (int words = random.nextInt(12); words > 0; words--) {
      if (random.nextInt(3) == 0) {
        text.append(FRAGMENTS[random.nextInt(FRAGMENTS.length)]);
      } else {
        appendWord(random.nextInt(3) == 0 ? SCRIPTS[random.nextInt(SCRIPTS.length)] : script, text);
      }
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    return text.toString();
  }

  private void appendWord(int[] script, StringBuilder text) {
    for (int letters = 1 + random.nextInt(6); letters > 0; letters--) {
      text.appendCodePoint(script[0] + random.nextInt(script[1] - script[0] + 1));
    }
  }
}
