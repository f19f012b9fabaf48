package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;

/** A media file opened for reading. The file isn't trusted: it can name no other file, and few formats are tried. */
final class Demuxer implements AutoCloseable {
  /** Decoders that may be used, by ffmpeg's names. */
  static final String CODECS = "h264,hevc,libdav1d,av1,vp9,mpeg4,mjpeg,gif,png";

  /** Without these, a text file that lists other files passes for a clip made of them. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "protocol_whitelist", "file",
          "format_whitelist", "mov,mp4,m4a,3gp,3g2,mj2,gif,png_pipe,jpeg_pipe",
          "codec_whitelist", CODECS);

  private final AVFormatContext format = new AVFormatContext(null);

  Demuxer(Path file) throws IOException {
    Ffmpeg.load();
    AVDictionary options = Ffmpeg.dictionary(OPTIONS);
    try (var url = Ffmpeg.url(file)) {
      Ffmpeg.check(avformat_open_input(format, url, null, options), "not an MP4, GIF, PNG or JPEG file");
    } finally {
      av_dict_free(options);
    }
  }

  AVFormatContext format() {
    return format;
  }

  /** A metadata tag of the file. */
  Optional<String> tag(String key) {
    AVDictionaryEntry entry = av_dict_get(format.metadata(), key, null, 0);
    return entry == null
        ? Optional.empty()
        : Optional.of(entry.value().getString(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    avformat_close_input(format);
  }
}
