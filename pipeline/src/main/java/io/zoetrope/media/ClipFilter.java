package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.BytePointer;

/**
 * What filters of ffmpeg make of a clip, without a model. An interrupt of the calling thread ends
 * them with {@link CancellationException}.
 */
public final class ClipFilter {
  private static final int CHANNELS = 3;

  /** Two blocks of 16 pixels, whose motion is looked for. */
  private static final int LEAST_SIDE = 32;

  private final int width;
  private final int height;
  private final byte[] rgb;
  private int filled;

  /** Room for a clip of this size. */
  private ClipFilter(int width, int height, int frames) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[VideoFrames.checkedLength(width, height, frames)];
  }

  /**
   * A larger clip, by Lanczos' windowed sinc of three lobes.
   *
   * @param done hears how many frames are done
   * @throws MediaException if the filter fails
   * @throws IllegalArgumentException if the clip would exceed 2 GiB
   */
  public static VideoFrames enlarge(VideoFrames clip, int scale, IntConsumer done) {
    int width = Math.multiplyExact(scale, clip.width());
    int height = Math.multiplyExact(scale, clip.height());
    String filters =
        String.format(
            Locale.ROOT,
            "scale=%d:%d:flags=lanczos+accurate_rnd+full_chroma_int+bitexact,format=rgb24",
            width,
            height);
    ClipFilter filter = new ClipFilter(width, height, clip.frames());
    filter.run(clip, 1, filters, "enlarge a frame", 0, done);
    return filter.toFrames();
  }

  /**
   * A clip with more frames a second, between those of the clip, which are kept as they are: blocks
   * of pixels go on along their motion ({@code minterpolate}). Where a scene changes the frame
   * before is repeated.
   *
   * @param framesPerSecond whole rate at which the clip plays
   * @param wanted whole rate at which the result plays, above that
   * @param done hears how many frames of the clip are done
   * @return as many frames as fit from the clip's first frame to its last
   * @throws MediaException if frames are smaller than 32x32, or the filter fails
   * @throws IllegalArgumentException if the result would exceed 2 GiB
   */
  public static VideoFrames interpolate(
      VideoFrames clip, int framesPerSecond, int wanted, IntConsumer done) {
    requireInterpolable(clip.width(), clip.height());
    if (clip.frames() == 1) {
      return clip;
    }
    int frames = interpolatedFrames(clip.frames(), framesPerSecond, wanted);
    String filters =
        String.format(
            Locale.ROOT,
            "format=yuv444p,minterpolate=fps=%d:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1,format=rgb24",
            wanted);
    ClipFilter filter = new ClipFilter(clip.width(), clip.height(), frames);
    // The filter looks a frame ahead and never gives what lies before its last one.
    filter.run(clip, framesPerSecond, filters, "interpolate frames", 1, done);
    for (int i = 0; i < clip.frames(); i++) {
      long scaled = (long) i * wanted;
      if (scaled % framesPerSecond == 0 && scaled / framesPerSecond < frames) {
        byte[] kept = clip.frame(i);
        System.arraycopy(
            kept, 0, filter.rgb, (int) (scaled / framesPerSecond) * kept.length, kept.length);
      }
    }
    return filter.toFrames();
  }

  /**
   * Checks that {@link #interpolate} can look for motion in frames of a size.
   *
   * @throws MediaException if they are too small
   */
  public static void requireInterpolable(int width, int height) {
    if (Math.min(width, height) < LEAST_SIDE) {
      throw new MediaException(
          "frames of %dx%d are too small to look for motion in: their sides are at least %d"
              .formatted(width, height, LEAST_SIDE));
    }
  }

  /** How many frames {@link #interpolate} makes. */
  public static int interpolatedFrames(int frames, int framesPerSecond, int wanted) {
    return Math.toIntExact((frames - 1L) * wanted / framesPerSecond + 1);
  }

  private void run(
      VideoFrames clip,
      int framesPerSecond,
      String filters,
      String doing,
      int repeatsOfLast,
      IntConsumer done) {
    Ffmpeg.load();
    try (var graph =
        new FilterGraph(clip.width(), clip.height(), framesPerSecond, filters, doing)) {
      for (int i = 0; i < clip.frames() + repeatsOfLast; i++) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while a filter ran");
        }
        graph.push(clip.frame(Math.min(i, clip.frames() - 1)), i, this::add);
        if (i < clip.frames()) {
          done.accept(i + 1);
        }
      }
      graph.finish(this::add);
    } catch (IOException e) {
      throw new MediaException("the ffmpeg libraries cannot " + e.getMessage(), e);
    }
  }

  /** Appends a frame; what comes behind the last one is left out. */
  private void add(AVFrame frame) throws IOException {
    if (frame.width() != width || frame.height() != height || frame.format() != AV_PIX_FMT_RGB24) {
      throw new IOException("make frames of %dx%d RGB".formatted(width, height));
    }
    BytePointer rows = frame.data(0);
    int rowBytes = width * CHANNELS;
    for (int y = 0; y < height && filled < rgb.length; y++) {
      rows.position((long) y * frame.linesize(0)).get(rgb, filled, rowBytes);
      filled += rowBytes;
    }
  }

  private VideoFrames toFrames() {
    int frameBytes = width * height * CHANNELS;
    if (filled != rgb.length) {
      throw new MediaException(
          "a filter of ffmpeg made %d frames of %d: is the clip too short or too small for it?"
              .formatted(filled / frameBytes, rgb.length / frameBytes));
    }
    return new VideoFrames(width, height, filled / frameBytes, rgb);
  }
}
