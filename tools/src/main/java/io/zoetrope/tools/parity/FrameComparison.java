package io.zoetrope.tools.parity;

import io.zoetrope.media.VideoFrames;
import java.util.List;

/**
 * How far apart two clips are.
 *
 * @param psnr peak signal-to-noise ratio in decibels over all samples
 * @param largest largest difference of a sample, of 255
 * @param fraction of samples that differ by more than 2
 */
record FrameComparison(double psnr, int largest, double fraction) {
  /** Compares clips with [clips, frames, height, width, 3], uint8. */
  static FrameComparison of(List<VideoFrames> clips, byte[] expected) {
    double squares = 0;
    int largest = 0;
    int beyond = 0;
    int position = 0;
    for (VideoFrames clip : clips) {
      int size = clip.width() * clip.height() * 3;
      if (expected.length != clips.size() * clip.frames() * size) {
        throw new IllegalArgumentException(
            "%d clips, %s, do not have %d samples".formatted(clips.size(), clip, expected.length));
      }
      for (int f = 0; f < clip.frames(); f++) {
        for (byte sample : clip.frame(f)) {
          int difference = Math.abs((sample & 0xff) - (expected[position++] & 0xff));
          squares += (double) difference * difference;
          largest = Math.max(largest, difference);
          beyond += difference > 2 ? 1 : 0;
        }
      }
    }
    double psnr = 10 * Math.log10(255.0 * 255.0 / (squares / expected.length));
    return new FrameComparison(psnr, largest, (double) beyond / expected.length);
  }

  /** Equal but for samples whose value lies on the edge between two levels. */
  boolean isEqual() {
    return largest <= 1;
  }

  /** Root mean square of the differences, of 255. */
  double rms() {
    return 255 / Math.pow(10, psnr / 20);
  }

  @Override
  public String toString() {
    return "psnr %s dB, largest %d, %.2f%% beyond 2"
        .formatted(
            Double.isInfinite(psnr) ? "inf" : "%.1f".formatted(psnr), largest, fraction * 100);
  }
}
