package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avfilter.av_buffersink_get_frame;
import static org.bytedeco.ffmpeg.global.avfilter.av_buffersrc_add_frame;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_alloc;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_config;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_free;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_get_filter;
import static org.bytedeco.ffmpeg.global.avfilter.avfilter_graph_parse_ptr;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_unref;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.util.Locale;
import org.bytedeco.ffmpeg.avfilter.AVFilterContext;
import org.bytedeco.ffmpeg.avfilter.AVFilterGraph;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** Filters of ffmpeg that RGB frames of one size pass through, one after the other. */
final class FilterGraph implements AutoCloseable {
  /** Takes what comes out. */
  @FunctionalInterface
  interface Output {
    /**
     * Takes a frame.
     *
     * @param frame as the filters left it, valid during the call
     */
    void take(AVFrame frame) throws IOException;
  }

  private final int width;
  private final int height;
  private final String doing;
  private final AVFilterGraph graph;
  private final AVFrame filtered;

  /**
   * Opens the filters.
   *
   * @param framesPerSecond whole frames per second; frame {@code i} has the timestamp {@code i}
   * @param filters in ffmpeg's language, from a frame in RGB24 on
   * @param doing what they are for, to name in errors
   */
  FilterGraph(int width, int height, int framesPerSecond, String filters, String doing)
      throws IOException {
    this.width = width;
    this.height = height;
    this.doing = doing;
    graph = Ffmpeg.allocated(avfilter_graph_alloc());
    filtered = Ffmpeg.allocated(av_frame_alloc());
    try {
      String all =
          String.format(
              Locale.ROOT,
              "buffer@source=video_size=%dx%d:pix_fmt=rgb24:time_base=1/%d,%s,buffersink@sink",
              width,
              height,
              framesPerSecond,
              filters);
      Ffmpeg.check(avfilter_graph_parse_ptr(graph, all, null, null, null), doing);
      Ffmpeg.check(avfilter_graph_config(graph, null), doing);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Filters a frame, and hands on what comes out meanwhile.
   *
   * @param pixels [height, width, 3], uint8
   */
  void push(byte[] pixels, long timestamp, Output output) throws IOException {
    AVFrame rgb = Ffmpeg.frame(width, height, AV_PIX_FMT_RGB24, 1);
    try {
      rgb.data(0).put(pixels);
      rgb.pts(timestamp);
      add(rgb, output);
    } finally {
      av_frame_free(rgb);
    }
  }

  /** Hands on what the filters still hold. */
  void finish(Output output) throws IOException {
    add(null, output);
  }

  private void add(AVFrame frame, Output output) throws IOException {
    AVFilterContext source = avfilter_graph_get_filter(graph, "buffer@source");
    AVFilterContext sink = avfilter_graph_get_filter(graph, "buffersink@sink");
    Ffmpeg.check(av_buffersrc_add_frame(source, frame), doing);
    while (true) {
      int code = av_buffersink_get_frame(sink, filtered);
      if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
        return;
      }
      Ffmpeg.check(code, doing);
      output.take(filtered);
      av_frame_unref(filtered);
    }
  }

  @Override
  public void close() {
    av_frame_free(filtered);
    avfilter_graph_free(graph);
  }
}
