package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OrientationTest {
  /** The picture {@code 123 / 456}, and how each matrix shows it. */
  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 1, 123 456",
    "-1, 0, 0, 1, 321 654",
    "1, 0, 0, -1, 456 123",
    "-1, 0, 0, -1, 654 321",
    "0, 1, 1, 0, 14 25 36",
    "0, 1, -1, 0, 41 52 63",
    "0, -1, 1, 0, 36 25 14",
    "0, -1, -1, 0, 63 52 41",
    "0, 0, 0, 0, 123 456",
  })
  void eachQuarterTurnAndMirrorImage(int a, int b, int c, int d, String shown) throws IOException {
    Orientation orientation = Orientation.of(a << 16, b << 16, c << 16, d << 16);
    String[] rows = shown.split(" ");
    assertEquals(rows[0].length(), orientation.width(3, 2));
    assertEquals(rows.length, orientation.height(3, 2));
    assertArrayEquals(pixels(String.join("", rows)), orientation.apply(pixels("123456"), 3, 2));
  }

  private static byte[] pixels(String digits) {
    byte[] rgb = new byte[digits.length() * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (digits.charAt(i / 3) * 3 + i % 3);
    }
    return rgb;
  }

  @ParameterizedTest
  @CsvSource({"46341, 46341, -46341, 46341", "65536, 1, 0, 65536", "65536, 0, 0, 0"})
  void otherAnglesAreRefused(int a, int b, int c, int d) {
    assertThrows(IOException.class, () -> Orientation.of(a, b, c, d));
  }
}
