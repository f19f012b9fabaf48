package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;

import io.zoetrope.files.InputFile;
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
import org.bytedeco.javacpp.BytePointer;

/**
 * A media file opened for reading. The file isn't trusted: it can name no other file, and few
 * formats are tried.
 */
final class Demuxer implements AutoCloseable {
  /** Decoders that may be used, by ffmpeg's names. */
  static final String CODECS = "h264,hevc,vp9,mpeg4,mjpeg,gif,png";

  /** ffmpeg's name for MP4 and its relatives. */
  private static final String CLIP = "mov";

  /** A picture takes no more than 16 bits for each of four channels without compression. */
  private static final long MAX_PICTURE_BYTES = 8L * MediaReader.MAX_PIXELS;

  private static final long MAX_CLIP_BYTES = 1L << 30;

  /** A camera's file has up to six. */
  private static final String MAX_STREAMS = "16";

  /** Without these, a text file that lists other files passes for a clip made of them. */
  private static final Map<String, String> OPTIONS =
      Map.of(
          "protocol_whitelist",
          "file",
          "format_whitelist",
          "mov,gif,png_pipe,jpeg_pipe",
          "codec_whitelist",
          CODECS,
          "max_streams",
          MAX_STREAMS);

  private final AVFormatContext format = new AVFormatContext(null);
  private final boolean isClip;

  private Demuxer(Path file, String name) throws IOException {
    isClip = name.equals(CLIP);
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
   * Opens a file.
   *
   * @throws IOException if it is of no format that is read, broken, or too large
   */
  static Demuxer open(Path file) throws IOException {
    String name = formatOf(file);
    long most = name.equals(CLIP) ? MAX_CLIP_BYTES : MAX_PICTURE_BYTES;
    if (Files.size(file) > most) {
      throw new IOException(
          "it has more than %d MiB; cut it or make it smaller first".formatted(most >> 20));
    }
    Ffmpeg.load();
    return new Demuxer(file, name);
  }

  /**
   * ffmpeg's name for the format that the file's first bytes show; its own guess would follow the
   * file's name too.
   */
  private static String formatOf(Path file) throws IOException {
    InputFile.requireRegular(file);
    byte[] head;
    try (InputStream in = Files.newInputStream(file)) {
      head = in.readNBytes(12);
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (text.startsWith("ftyp", 4)) {
      return CLIP;
    } else if (text.startsWith("GIF8")) {
      return "gif";
    } else if (text.startsWith("\u0089PNG")) {
      return "png_pipe";
    } else if (text.startsWith("\u00FF\u00D8\u00FF")) {
      return "jpeg_pipe";
    }
    throw new IOException("it is no MP4, GIF, PNG or JPEG file");
  }

  /** Width times height that a frame may have. */
  int maxPixels() {
    return isClip ? MediaReader.MAX_CLIP_PIXELS : MediaReader.MAX_PIXELS;
  }

  AVFormatContext format() {
    return format;
  }

  /**
   * A metadata tag of the file.
   *
   * @throws IOException if it is longer than {@link Provenance#MAX_BYTES}
   */
  Optional<String> tag(String key) throws IOException {
    AVDictionaryEntry entry = av_dict_get(format.metadata(), key, null, 0);
    if (entry == null) {
      return Optional.empty();
    }
    byte[] text = new byte[Provenance.requireBounded(BytePointer.strlen(entry.value()))];
    entry.value().get(text);
    return Optional.of(new String(text, StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    avformat_close_input(format);
  }
}
