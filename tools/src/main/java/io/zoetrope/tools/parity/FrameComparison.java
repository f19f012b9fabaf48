package io.zoetrope.tools.parity;

import io.zoetrope.media.VideoFrames;

/**
 * How far apart two clips are.
 *
 * @param psnr peak signal-to-noise ratio in decibels over all samples
 * @param largest largest difference of a sample, of 255
 * @param fraction of samples that differ by more than 2
 */
record FrameComparison(double psnr, int largest, double fraction) {
  /** Compares frames with [frames, height, width, 3], uint8. */
  static FrameComparison of(VideoFrames frames, byte[] expected) {
    int size = frames.width() * frames.height() * 3;
    if (expected.length != size * frames.frames()) {
      throw new IllegalArgumentException(
          "%s do not have %d samples".formatted(frames, expected.length));
    }
    double squares = 0;
    int largest = 0;
    int beyond = 0;
    for (int f = 0; f < frames.frames(); f++) {
      byte[] frame = frames.frame(f);
      for (int i = 0; i < size; i++) {
        int difference = Math.abs((frame[i] & 0xff) - (expected[f * size + i] & 0xff));
        squares += (double) difference * difference;
        largest = Math.max(largest, difference);
        beyond += difference > 2 ? 1 : 0;
      }
    }
    double psnr = 10 * Math.log10(255.0 * 255.0 / (squares / expected.length));
    return new FrameComparison(psnr, largest, (double) beyond / expected.length);
  }

  /** Equal but for samples whose value lies on the edge between two levels. */
  boolean isEqual() {
    return largest <= 1;
  }

  /** Close enough for a run in another number format: at least 30 dB. */
  boolean isClose() {
    return psnr >= 30;
  }

  @Override
  public String toString() {
    return "psnr %s dB, largest %d, %.2f%% beyond 2"
        .formatted(
            Double.isInfinite(psnr) ? "inf" : "%.1f".formatted(psnr), largest, fraction * 100);
  }
}
