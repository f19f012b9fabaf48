package io.zoetrope.pipeline.task;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class ClipSourceTest {
  /**
   * A checksum of {@code VideoProcessor.preprocess_video} in diffusers for three frames of 23x17,
   * brought to 32x16 ({@code tools/reference/fixtures/pictures.py}): to the bit.
   */
  @Test
  void clipsAreReadAsDiffusersReadsThem() {
    byte[] rgb = new byte[3 * 17 * 23 * 3];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % 23;
      int y = i / 3 / 23 % 17;
      int frame = i / (17 * 23 * 3);
      rgb[i] = (byte) (x * 37 + y * 61 + i % 3 * 97 + x * y * 5 + 40 * frame);
    }
    VideoFrames clip = Resampling.LANCZOS.resize(new VideoFrames(23, 17, 3, rgb), 32, 16);
    ByteBuffer values =
        ByteBuffer.allocate(3 * 16 * 32 * 3 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    float[] read = new float[16 * 32 * 3];
    for (int frame = 0; frame < 3; frame++) {
      ClipSource.read(clip, frame, read);
      for (float value : read) {
        values.putFloat(value);
      }
    }
    CRC32 crc = new CRC32();
    crc.update(values.array());
    assertEquals(1890639939L, crc.getValue());
  }
}
