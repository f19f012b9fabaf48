package io.zoetrope.media;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Clips and provenance for the tests of this package. */
final class TestClips {
  static final String PROMPT = "一个红球 🎈 \"weiß\" \\ \n\u0001";

  private TestClips() {}

  /** A soft light spot that moves over a gradient: what 4:2:0 video can hold well. */
  static VideoFrames spot(int width, int height, int frames) {
    byte[] rgb = new byte[frames * height * width * 3];
    int at = 0;
    for (int f = 0; f < frames; f++) {
      double centre = width * (0.2 + 0.6 * f / frames);
      for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          double distance = Math.hypot(x - centre, y - height / 2.0) / (0.3 * width);
          double light = Math.exp(-distance * distance);
          rgb[at++] = (byte) Math.round(40 + 170 * light);
          rgb[at++] = (byte) Math.round(60 + 80.0 * y / height);
          rgb[at++] = (byte) Math.round(160 - 100 * light);
        }
      }
    }
    return new VideoFrames(width, height, frames, rgb);
  }

  static VideoFrames noise(int width, int height, int frames) {
    byte[] rgb = new byte[frames * height * width * 3];
    new Random(7).nextBytes(rgb);
    return new VideoFrames(width, height, frames, rgb);
  }

  static VideoFrames solid(int width, int height, int frames, int red, int green, int blue) {
    byte[] rgb = new byte[frames * height * width * 3];
    for (int i = 0; i < rgb.length; i += 3) {
      rgb[i] = (byte) red;
      rgb[i + 1] = (byte) green;
      rgb[i + 2] = (byte) blue;
    }
    return new VideoFrames(width, height, frames, rgb);
  }

  static Provenance provenance() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("model", "demo");
    settings.put("prompt", PROMPT);
    settings.put("negative_prompt", "");
    settings.put("seed", Long.MAX_VALUE);
    settings.put("settings", Map.of("guidance_scale", 3.1f));
    return Provenance.of(settings);
  }

  /** Levels from 0 to 255, with spaces between. */
  static String levels(byte[] samples) {
    return IntStream.range(0, samples.length)
        .mapToObj(i -> String.valueOf(samples[i] & 0xff))
        .collect(Collectors.joining(" "));
  }

  /** Peak signal-to-noise ratio over the whole clip in dB; infinite for equal clips. */
  static double psnr(VideoFrames expected, VideoFrames actual) {
    double sum = 0;
    long count = 0;
    for (int f = 0; f < expected.frames(); f++) {
      byte[] a = expected.frame(f);
      byte[] b = actual.frame(f);
      for (int i = 0; i < a.length; i++) {
        double difference = (a[i] & 0xFF) - (b[i] & 0xFF);
        sum += difference * difference;
        count++;
      }
    }
    return 10 * Math.log10(255.0 * 255.0 * count / sum);
  }
}
