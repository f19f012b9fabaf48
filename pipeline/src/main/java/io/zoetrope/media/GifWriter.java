package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avfilter.av_buffersink_get_frame;
import static org.bytedeco.ffmpeg.global.avfilter.av_buffersrc_add_frame;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_alloc;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_config;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_free;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_get_filter;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_parse_ptr;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_PAL8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/**
 * An endless GIF, each frame with a palette of its own. The provenance is a comment extension, in
 * ASCII.
 */
final class GifWriter extends MediaWriter {
  /** Delays count hundredths of a second, and browsers slow down what is below two of them. */
  private static final int MAX_FRAMES_PER_SECOND = 50;

  private static final int TRAILER = 0x3B;

  GifWriter(Path target) {
    super(target);
    Ffmpeg.preload();
  }

  @Override
  String unfit(int width, int height, int framesPerSecond) {
    if (framesPerSecond > MAX_FRAMES_PER_SECOND) {
      return "a GIF plays at most %d frames per second, got %d; choose a lower rate or write .mp4"
          .formatted(MAX_FRAMES_PER_SECOND, framesPerSecond);
    }
    return (long) width * height <= MediaReader.MAX_PIXELS
        ? null
        : "a frame of a GIF has at most %d pixels, got %dx%d; choose a smaller size"
            .formatted(MediaReader.MAX_PIXELS, width, height);
  }

  /** One byte for a pixel, half of them after compression. */
  @Override
  double bytesPerSample() {
    return 1 / 6.0;
  }

  @Override
  void begin(int width, int height, int framesPerSecond, Path path) throws IOException {
    Ffmpeg.load();
    AVFilterGraph graph = Ffmpeg.allocated(avfilter_graph_alloc());
    try (var _ = muxer(path, width, height, framesPerSecond)) {
      configure(graph, width, height, framesPerSecond);
    } finally {
      avfilter_graph_free(graph);
    }
  }

  @Override
  void encode(VideoFrames frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException {
    Ffmpeg.load();
    AVFilterGraph graph = Ffmpeg.allocated(avfilter_graph_alloc());
    AVFrame indexed = Ffmpeg.allocated(av_frame_alloc());
    try (var muxer = muxer(path, frames.width(), frames.height(), framesPerSecond)) {
      configure(graph, frames.width(), frames.height(), framesPerSecond);
      AVFilterContext source = avfilter_graph_get_filter(graph, "buffer@source");
      AVFilterContext sink = avfilter_graph_get_filter(graph, "buffersink@sink");
      for (int i = 0; i < frames.frames(); i++) {
        AVFrame rgb = Ffmpeg.frame(frames.width(), frames.height(), AV_PIX_FMT_RGB24, 1);
        try {
          rgb.data(0).put(frames.frame(i));
          rgb.pts(i);
          Ffmpeg.check(av_buffersrc_add_frame(source, rgb), "reduce to a palette");
        } finally {
          av_frame_free(rgb);
        }
        drain(sink, indexed, muxer);
      }
      Ffmpeg.check(av_buffersrc_add_frame(source, null), "reduce to a palette");
      drain(sink, indexed, muxer);
      muxer.finish();
    } finally {
      av_frame_free(indexed);
      avfilter_graph_free(graph);
    }
    appendComment(path, provenance);
  }

  private static Muxer muxer(Path path, int width, int height, int framesPerSecond)
      throws IOException {
    return new Muxer(
        path,
        "gif",
        Map.of("loop", "0"),
        Map.of(),
        "gif",
        Map.of(),
        framesPerSecond,
        encoder -> encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_PAL8));
  }

  private static void configure(AVFilterGraph graph, int width, int height, int framesPerSecond)
      throws IOException {
    String filters =
        String.format(
            Locale.ROOT,
            "buffer@source=video_size=%dx%d:pix_fmt=rgb24:time_base=1/%d,split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];[b][p]paletteuse=new=1:dither=none,buffersink@sink",
            width,
            height,
            framesPerSecond);
    Ffmpeg.check(avfilter_graph_parse_ptr(graph, filters, null, null, null), "reduce to a palette");
    Ffmpeg.check(avfilter_graph_config(graph, null), "reduce to a palette");
  }

  private static void drain(AVFilterContext sink, AVFrame frame, Muxer muxer) throws IOException {
    while (true) {
      int code = av_buffersink_get_frame(sink, frame);
      if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
        return;
      }
      Ffmpeg.check(code, "reduce to a palette");
      muxer.write(frame);
      av_frame_unref(frame);
    }
  }

  /**
   * Puts a comment extension (GIF89a, section 24: sub-blocks of at most 255 bytes) before the
   * trailer.
   */
  private static void appendComment(Path path, Provenance provenance) throws IOException {
    byte[] text = provenance.toAsciiJson().getBytes(StandardCharsets.US_ASCII);
    var extension = new ByteArrayOutputStream();
    extension.write(0x21);
    extension.write(0xFE);
    for (int start = 0; start < text.length; start += 255) {
      int length = Math.min(255, text.length - start);
      extension.write(length);
      extension.write(text, start, length);
    }
    extension.write(0);
    extension.write(TRAILER);
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length() - 1);
      if (file.read() != TRAILER) {
        throw new IOException("the GIF doesn't end with its trailer");
      }
      file.seek(file.length() - 1);
      file.write(extension.toByteArray());
    }
  }
}
