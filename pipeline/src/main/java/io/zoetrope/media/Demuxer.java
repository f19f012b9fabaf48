package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVInputFormat;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVDictionaryEntry;

/**
 * A media file opened for reading. The file isn't trusted: it can name no other file, and few
 * formats are tried.
 */
final class Demuxer implements AutoCloseable {
  /** Decoders that may be used, by ffmpeg's names. */
  static final String CODECS = "h264,hevc,libdav1d,av1,vp9,mpeg4,mjpeg,gif,png";

  /** Without these, a text file that lists other files passes for a clip made of them. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "protocol_whitelist", "file",
          "format_whitelist", "mov,gif,png_pipe,jpeg_pipe",
          "codec_whitelist", CODECS);

  private final AVFormatContext format = new AVFormatContext(null);

  Demuxer(Path file) throws IOException {
    String name = formatOf(file);
    Ffmpeg.load();
    AVInputFormat input = av_find_input_format(name);
    AVDictionary options = Ffmpeg.dictionary(OPTIONS);
    try (var url = Ffmpeg.url(file)) {
      Ffmpeg.check(
          avformat_open_input(format, url, input, options), "not a whole " + name + " file");
    } finally {
      av_dict_free(options);
    }
  }

  /**
   * ffmpeg's name for the format that the file's first bytes show; its own guess would follow the
   * file's name too.
   */
  private static String formatOf(Path file) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(12);
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ftyp", 4)) {
      return "mov";
    } else if (text.startsWith("GIF8")) {
      return "gif";
    } else if (text.startsWith("\u0089PNG")) {
      return "png_pipe";
    } else if (text.startsWith("\u00FF\u00D8\u00FF")) {
      return "jpeg_pipe";
    }
    throw new IOException("it is no MP4, GIF, PNG or JPEG file");
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
