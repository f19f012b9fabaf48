package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_copy;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;

/**
 * Clips of one form, joined in an MP4 as they are encoded: nothing of their quality is lost. Each
 * must be {@link ClipStream#isPlain}.
 */
final class StreamCopy implements AutoCloseable {
  private final Container target;
  private AVPacket packet = new AVPacket(null);

  /** The one stream of the target; null before the first clip. */
  private AVStream stream;

  /** Frames that have been copied. */
  private long count;

  private StreamCopy(Map<String, String> metadata) throws IOException {
    target = new Container("mp4", metadata);
    packet = Ffmpeg.allocated(av_packet_alloc());
  }

  /** Joins the first frames of each part. */
  static void write(List<Film.Part> parts, Map<String, String> metadata, Path path)
      throws IOException {
    Ffmpeg.load();
    try (var copy = new StreamCopy(metadata)) {
      for (Film.Part part : parts) {
        copy.append(part, path);
      }
      copy.target.finish();
    }
  }

  private void append(Film.Part part, Path path) throws IOException {
    try (var demuxer = Demuxer.open(part.file())) {
      AVStream source = ClipStream.video(demuxer);
      if (stream == null) {
        stream = target.addStream();
        Ffmpeg.check(
            avcodec_parameters_copy(stream.codecpar(), source.codecpar()), "describe the stream");
        stream.codecpar().codec_tag(0);
        stream.time_base(source.time_base());
        stream.avg_frame_rate(source.avg_frame_rate());
        target.begin(path, Map.of("movflags", "+faststart"));
      }
      int left = part.frames();
      while (left > 0) {
        int code = av_read_frame(demuxer.format(), packet);
        if (code == AVERROR_EOF) {
          throw new IOException("%s has fewer frames than before".formatted(part.file()));
        }
        Ffmpeg.check(code, "read");
        if (packet.stream_index() == source.index()) {
          copy(source);
          left--;
        }
        av_packet_unref(packet);
      }
    }
  }

  /** Gives the packet the time that it has in the whole, and writes it. */
  private void copy(AVStream source) throws IOException {
    packet.pts(count * packet.duration());
    packet.dts(packet.pts());
    packet.pos(-1);
    packet.stream_index(stream.index());
    av_packet_rescale_ts(packet, source.time_base(), stream.time_base());
    target.write(packet);
    count++;
  }

  @Override
  public void close() {
    av_packet_free(packet);
    target.close();
  }
}
