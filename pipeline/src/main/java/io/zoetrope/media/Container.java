package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_strdup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/** A media file that is being written: one video stream, whose packets come from elsewhere. */
final class Container implements AutoCloseable {
  private final AVFormatContext format = new AVFormatContext(null);

  /**
   * A container without a file yet.
   *
   * @param name ffmpeg's name of the format
   */
  Container(String name, Map<String, String> metadata) throws IOException {
    try {
      Ffmpeg.check(avformat_alloc_output_context2(format, null, name, null), "open " + name);
      format.metadata(Ffmpeg.dictionary(metadata));
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Whether what the decoder has to know first stands in the header, not before each key frame. */
  boolean wantsGlobalHeader() {
    return (format.oformat().flags() & AVFMT_GLOBALHEADER) != 0;
  }

  /** Adds the stream, whose parameters the caller sets. */
  AVStream addStream() {
    return Ffmpeg.allocated(avformat_new_stream(format, null));
  }

  /** Creates the file and writes its header; the stream is described by now. */
  void begin(Path file, Map<String, String> options) throws IOException {
    try (var url = Ffmpeg.url(file)) {
      // Moving the index to the front opens the file a second time by this name.
      format.url(av_strdup(url));
      var io = new AVIOContext(null);
      Ffmpeg.check(avio_open(io, url, AVIO_FLAG_WRITE), "create the file");
      format.pb(io);
    }
    AVDictionary dictionary = Ffmpeg.dictionary(options);
    try {
      Ffmpeg.check(avformat_write_header(format, dictionary), "write the header");
    } finally {
      av_dict_free(dictionary);
    }
  }

  /** Writes a packet, whose times are in the stream's time base; it is empty afterwards. */
  void write(AVPacket packet) throws IOException {
    Ffmpeg.check(av_interleaved_write_frame(format, packet), "write a frame");
  }

  /** Writes the end of the file and closes it. */
  void finish() throws IOException {
    Ffmpeg.check(av_write_trailer(format), "write the end of the file");
    AVIOContext io = format.pb();
    format.pb(null);
    Ffmpeg.check(avio_closep(io), "close the file");
  }

  @Override
  public void close() {
    if (!format.isNull()) {
      if (format.pb() != null) {
        avio_closep(format.pb());
      }
      avformat_free_context(format);
    }
  }
}
