package io.zoetrope.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.bytedeco.ffmpeg.global.avcodec;

/**
 * Clips one behind the other, as one. Files are looked at when the film is made, and decoded when
 * their turn comes, so that one clip is in memory at a time, and two while one fades into the next.
 */
public final class Film implements FrameSequence {
  /** Rates that differ by less than this share are one: frames are taken one by one. */
  private static final double SAME_RATE = 0.01;

  /**
   * A clip of the film.
   *
   * @param frames how many of its frames are shown, from the first one on; 0 for all
   * @param fade for how many of these the clip before goes on and fades out; it has to have so many
   *     frames behind those that are shown of it
   */
  public record Part(Path file, int frames, int fade) {
    /** All of a clip, behind a cut. */
    public static Part whole(Path file) {
      return new Part(file, 0, 0);
    }
  }

  private final List<Part> parts;
  private final List<ClipStream> streams;
  private final Fitting fitting;
  private final int framesPerSecond;

  private Film(List<Part> parts, List<ClipStream> streams, Fitting fitting, int framesPerSecond) {
    this.parts = parts;
    this.streams = streams;
    this.fitting = fitting;
    this.framesPerSecond = framesPerSecond;
  }

  /**
   * A film of the size of its first clip. Others are fitted to it, and clips of other frame rates
   * are resampled by time.
   *
   * @param parts at least one
   * @param framesPerSecond of the whole; 0 for the first clip's
   * @throws MediaException if a file is missing or broken, or has fewer frames than are to be shown
   */
  public static Film of(List<Part> parts, int framesPerSecond, Fit fit) {
    List<ClipStream> streams = parts.stream().map(part -> ClipStream.of(part.file())).toList();
    ClipStream first = streams.getFirst();
    int rate =
        framesPerSecond > 0
            ? framesPerSecond
            : (int) Math.max(1, Math.round(first.framesPerSecond()));
    VideoFrames shown = MediaReader.read(parts.getFirst().file(), Reading.first(1)).frames();
    Film film =
        new Film(
            new ArrayList<>(),
            streams,
            new Fitting(fit, shown.width(), shown.height(), Colour.BLACK),
            rate);
    for (int i = 0; i < parts.size(); i++) {
      film.add(parts.get(i), i + 1 < parts.size() ? parts.get(i + 1).fade() : 0);
    }
    return film;
  }

  private void add(Part part, int fadeBehind) {
    int available = available(streams.get(parts.size()));
    int frames = part.frames() > 0 ? part.frames() : available - fadeBehind;
    if (frames < 1 || frames + fadeBehind > available || part.fade() > frames) {
      throw new MediaException(
          "%s has %d frames; %d are to be shown, %d while it fades in and %d while it fades out"
              .formatted(part.file(), available, frames, part.fade(), fadeBehind));
    }
    parts.add(new Part(part.file(), frames, part.fade()));
  }

  /** Frames of a clip at the film's rate. */
  private int available(ClipStream stream) {
    return hasOtherRate(stream)
        ? (int) Math.max(1, Math.round(stream.seconds() * framesPerSecond))
        : stream.frames();
  }

  private boolean hasOtherRate(ClipStream stream) {
    double rate = stream.framesPerSecond();
    return stream.frames() > 1 && Math.abs(rate - framesPerSecond) > SAME_RATE * framesPerSecond;
  }

  /**
   * The same clips, each of which fades into the next.
   *
   * @param seconds how long a fade takes, by which the film becomes shorter each time
   * @throws MediaException if a clip is shorter than its fades
   */
  public Film crossfaded(double seconds) {
    int fade = (int) Math.round(seconds * framesPerSecond);
    Film film = new Film(new ArrayList<>(), streams, fitting, framesPerSecond);
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      int behind = i + 1 < parts.size() ? fade : 0;
      film.add(
          new Part(part.file(), Math.max(1, part.frames() - behind), i > 0 ? fade : 0), behind);
    }
    return film;
  }

  @Override
  public int width() {
    return fitting.width();
  }

  @Override
  public int height() {
    return fitting.height();
  }

  /** Number of frames. */
  public int frames() {
    return parts.stream().mapToInt(Part::frames).sum();
  }

  /** Frames a second. */
  public int framesPerSecond() {
    return framesPerSecond;
  }

  /** The parts, each with its number of frames. */
  public List<Part> parts() {
    return List.copyOf(parts);
  }

  /** Whether an MP4 of the film holds the clips as they are encoded, without any loss. */
  public boolean isCopied() {
    ClipStream first = streams.getFirst();
    return first.form().codec() == avcodec.AV_CODEC_ID_H264
        && parts.stream().noneMatch(part -> part.fade() > 0)
        && streams.stream()
            .allMatch(stream ->
                stream.isPlain()
                    && stream.form().equals(first.form())
                    && stream.width() == width()
                    && stream.height() == height()
                    && !hasOtherRate(stream));
  }

  /** What becomes of the clips that people may not expect, a sentence each. */
  public List<String> notes() {
    List<String> notes = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      ClipStream stream = streams.get(i);
      Path file = parts.get(i).file();
      if (stream.hasSound()) {
        notes.add("%s has sound, which the film has not".formatted(file));
      }
      if (hasOtherRate(stream)) {
        notes.add(
            "%s has %s frames a second, the film has %d: it is resampled"
                .formatted(file, text(stream.framesPerSecond()), framesPerSecond));
      }
      fitting
          .effect(stream.width(), stream.height())
          .ifPresent(effect -> notes.add("%s: %s".formatted(file, effect)));
    }
    return List.copyOf(notes);
  }

  private static String text(double rate) {
    return (rate == Math.rint(rate) ? "%.0f" : "%.2f").formatted(rate);
  }

  @Override
  public Iterator<byte[]> iterator() {
    return new Frames();
  }

  /** A part's frames at the film's size and rate, with those that are shown while it fades out. */
  private VideoFrames read(int index) {
    Part part = parts.get(index);
    int fadeBehind = index + 1 < parts.size() ? parts.get(index + 1).fade() : 0;
    int needed = part.frames() + fadeBehind;
    boolean resamples = hasOtherRate(streams.get(index));
    Reading reading = Reading.first(needed).with(fitting::apply);
    VideoFrames clip =
        MediaReader.read(part.file(), resamples ? reading.at(framesPerSecond) : reading).frames();
    // The end of a clip that is resampled may be rounded to a frame less.
    if (clip.frames() < (resamples ? needed - 1 : needed)) {
      throw new MediaException(
          "%s has %d frames, %d are needed: has it changed?"
              .formatted(part.file(), clip.frames(), needed));
    }
    return clip;
  }

  private final class Frames implements Iterator<byte[]> {
    private int part = -1;
    private VideoFrames clip;

    /** Of the current part. */
    private int frame;

    /** The clip before, as long as it fades out; null otherwise. */
    private VideoFrames before;

    @Override
    public boolean hasNext() {
      return part < 0 || frame < parts.get(part).frames() || part + 1 < parts.size();
    }

    @Override
    public byte[] next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the film has %d frames".formatted(frames()));
      }
      if (part < 0 || frame == parts.get(part).frames()) {
        part++;
        frame = 0;
        before = parts.get(part).fade() > 0 ? clip : null;
        clip = read(part);
      }
      byte[] rgb = clip.frame(Math.min(frame, clip.frames() - 1));
      int fade = parts.get(part).fade();
      if (frame < fade) {
        int fading = parts.get(part - 1).frames() + frame;
        mix(rgb, before.frame(Math.min(fading, before.frames() - 1)), frame + 1, fade + 1);
      } else {
        before = null;
      }
      frame++;
      return rgb;
    }

    /** Makes a picture the mean of itself, with a weight of {@code share / all}, and another. */
    private static void mix(byte[] rgb, byte[] other, int share, int all) {
      for (int i = 0; i < rgb.length; i++) {
        int sum = (rgb[i] & 0xFF) * share + (other[i] & 0xFF) * (all - share);
        rgb[i] = (byte) ((sum + all / 2) / all);
      }
    }
  }
}
