package io.zoetrope.media;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes the frames of a file in the order in which they are shown, and keeps those asked for. */
final class FrameCollector {
  /** A frame that is shown longer than another by this factor makes a rate that varies. */
  private static final double UNSTEADY = 1.5;

  /** By what share of a kept frame a time may be late: ticks can be as long as frames. */
  private static final double LATE = 0.25;

  /** Seconds by which equal times may differ. */
  private static final double EXACT = 1e-9;

  private final Reading reading;

  /** How much a time may be late because it is counted in ticks. */
  private final double tolerance;

  private final List<VideoFrames> kept = new ArrayList<>();

  /** The last frame that came, and what it is fitted to as soon as that is needed. */
  private VideoFrames last;

  private VideoFrames fitted;
  private int count;
  private double firstTime;
  private double lastTime;
  private double shortest = Double.POSITIVE_INFINITY;
  private double longest;
  private boolean goesOn;

  /**
   * A collector for one file.
   *
   * @param secondsPerTick unit in which the file tells times
   */
  FrameCollector(Reading reading, double secondsPerTick) {
    this.reading = reading;
    this.tolerance = Math.min(secondsPerTick / 2, LATE / reading.framesPerSecond()) + EXACT;
  }

  /** Whether further frames are not needed. */
  boolean isFull() {
    return goesOn;
  }

  /** How many frames have come. */
  int count() {
    return count;
  }

  /**
   * Checks the size of the next frame.
   *
   * @throws IOException if it differs from that of the frames before
   */
  void requireSize(int width, int height) throws IOException {
    if (last != null && (width != last.width() || height != last.height())) {
      throw new IOException(
          "its size changes from %dx%d to %dx%d in frame %d"
              .formatted(last.width(), last.height(), width, height, count));
    }
    requireRoom(3L * width * height);
  }

  /**
   * Takes a frame.
   *
   * @param frame a clip of one
   * @param seconds when it is shown; not a number where the file does not say
   */
  void add(VideoFrames frame, double seconds) throws IOException {
    if (reading.framesPerSecond() > 0 && Double.isNaN(seconds)) {
      throw new IOException("it does not say when its frames are shown: take them one by one");
    }
    if (count == 0) {
      firstTime = seconds;
    } else {
      double shown = seconds - lastTime;
      shortest = Math.min(shortest, shown);
      longest = Math.max(longest, shown);
      if (reading.framesPerSecond() > 0) {
        keepUntil(seconds);
      }
    }
    last = frame;
    fitted = null;
    lastTime = seconds;
    count++;
    if (reading.framesPerSecond() == 0) {
      keep();
    }
  }

  /** Keeps the last frame as often as it is shown before another takes its place. */
  private void keepUntil(double seconds) throws IOException {
    double shown = seconds - firstTime - tolerance;
    while (!goesOn && kept.size() < shown * reading.framesPerSecond()) {
      keep();
    }
  }

  private void keep() throws IOException {
    if (kept.size() == reading.mostFrames()) {
      if (!reading.cuts()) {
        throw new IOException(
            "it has more than %d frame%s; cut it first"
                .formatted(reading.mostFrames(), reading.mostFrames() == 1 ? "" : "s"));
      }
      goesOn = true;
      return;
    }
    if (fitted == null) {
      fitted = reading.fitting().apply(last);
    }
    requireRoom((kept.size() + 1L) * 3 * fitted.width() * fitted.height());
    kept.add(fitted);
  }

  /** All frames are held twice for a moment: one by one, and as one clip. */
  private static void requireRoom(long bytes) throws IOException {
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 2);
    if (bytes > most) {
      throw new IOException(
          "its frames exceed %d MiB as RGB; cut it or make it smaller first".formatted(most >> 20));
    }
  }

  /**
   * All that is kept.
   *
   * @param lastShown seconds for which the last frame is shown; 0 where the file does not say
   */
  VideoClip clip(double lastShown) throws IOException {
    if (count == 0) {
      throw new IOException("it has no frames");
    }
    double meanShown = count > 1 ? (lastTime - firstTime) / (count - 1) : 0;
    if (count == 1 && kept.isEmpty()) {
      keep();
    } else if (reading.framesPerSecond() > 0) {
      double shown = lastShown > 0 ? lastShown : meanShown;
      keepUntil(lastTime + (shown > 0 ? shown : 1 / reading.framesPerSecond()));
    }
    VideoFrames first = kept.getFirst();
    int length = VideoFrames.checkedLength(first.width(), first.height(), 1);
    byte[] all = new byte[kept.size() * length];
    for (int i = 0; i < kept.size(); i++) {
      System.arraycopy(kept.get(i).frame(0), 0, all, i * length, length);
    }
    double rate = meanShown > 0 ? 1 / meanShown : 0;
    return new VideoClip(
        new VideoFrames(first.width(), first.height(), kept.size(), all),
        reading.framesPerSecond() > 0 ? reading.framesPerSecond() : rate,
        new VideoClip.Source(
            last.width(), last.height(), !(longest > UNSTEADY * shortest), goesOn));
  }
}
