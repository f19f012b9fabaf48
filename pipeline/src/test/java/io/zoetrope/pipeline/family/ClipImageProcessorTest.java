package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClipImageProcessorTest {
  private static ClipImageProcessor read(String json) {
    return ClipImageProcessor.of(JsonConfig.parse("config.json", json));
  }

  /** A picture of 48x32, of whose middle 32x32 are seen. */
  @Test
  void agreesWithTransformers() {
    Path fixture = Fixtures.path("wan21-i2v-tiny");
    ClipImageProcessor processor =
        ClipImageProcessor.of(
            JsonConfig.read(fixture.resolve("image_processor/preprocessor_config.json")));
    try (Golden golden = Golden.open(fixture)) {
      float[] levels = golden.stored("i2v_32x48_9f/image_uint8").toFloats();
      byte[] rgb = new byte[levels.length];
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = (byte) levels[i];
      }
      assertArrayEquals(
          golden.get("i2v_32x48_9f/pixel_values").toFloats(),
          processor.process(new VideoFrames(48, 32, 1, rgb)).toFloats(),
          1e-6f);
    }
  }

  @Test
  void sidesAreNumbersOrNamed() {
    ClipImageProcessor old = read("{\"size\": 40, \"crop_size\": 30}");
    assertEquals(
        old,
        read(
            """
            {"size": {"shortest_edge": 40}, "crop_size": {"height": 30, "width": 30}}
            """));
    assertEquals(224, read("{}").cropSize());
    assertEquals(30, old.process(new VideoFrames(7, 90, 1, new byte[7 * 90 * 3])).intSize(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"do_resize": false}                       | do_resize
          {"do_normalize": false}                    | do_normalize
          {"resample": 2}                            | resample
          {"size": {"longest_edge": 224}}            | size
          {"size": 0}                                | size
          {"crop_size": {"height": 4, "width": 5}}   | crop_size
          {"size": 20, "crop_size": 30}              | crop_size
          {"image_mean": [0.5]}                      | image_mean
          {"image_std": [1, 1, 0]}                   | image_std
          """)
  void refusesWhatItDoesNotDo(String json, String field) {
    String message = assertThrows(ConfigException.class, () -> read(json)).getMessage();
    assertTrue(message.contains(field), message);
  }
}
