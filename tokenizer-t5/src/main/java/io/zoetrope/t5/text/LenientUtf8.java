package io.zoetrope.t5.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decodes UTF-8 and two variants of it: CESU-8, which encodes the halves of surrogate pairs one by
 * one, and Java's NUL of two bytes. Byte strings are Java strings of the characters 0 to 255.
 */
final class LenientUtf8 {
  private static final Pattern VARIANT =
      Pattern.compile(
          "\u00C0\u0080|\u00ED[\u00A0-\u00AF][\u0080-\u00BF]\u00ED[\u00B0-\u00BF][\u0080-\u00BF]");

  private LenientUtf8() {}

  /** The text, or nothing if {@code bytes} are no UTF-8 even so. */
  static Optional<String> decode(String bytes) {
    String standard =
        VARIANT
            .matcher(bytes)
            .replaceAll(found -> Matcher.quoteReplacement(standardForm(found.group())));
    try {
      ByteBuffer buffer = ByteBuffer.wrap(standard.getBytes(StandardCharsets.ISO_8859_1));
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(buffer).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String standardForm(String variant) {
    if (variant.length() == 2) {
      return "\0";
    }
    char high = (char) (0xD000 | (variant.charAt(1) & 0x3F) << 6 | variant.charAt(2) & 0x3F);
    char low = (char) (0xD000 | (variant.charAt(4) & 0x3F) << 6 | variant.charAt(5) & 0x3F);
    byte[] utf8 =
        Character.toString(Character.toCodePoint(high, low)).getBytes(StandardCharsets.UTF_8);
    return new String(utf8, StandardCharsets.ISO_8859_1);
  }
}
