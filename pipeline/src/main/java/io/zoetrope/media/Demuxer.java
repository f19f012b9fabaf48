package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.av_find_input_format;
import static org.bytedeco.ffmpeg.global.avformat.avformat_close_input;
import static org.bytedeco.ffmpeg.global.avformat.avformat_open_input;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_get;

import java.io.IOException;
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
  /**
   * Decoders that may be used, by ffmpeg's names. All are its own: those of other libraries, such
   * as the one of AV1, take memory before anybody has asked whether they may.
   */
  static final String CODECS = "h264,hevc,vp8,vp9,mpeg4,mjpeg,gif,png,apng,webp";

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
          "mov,matroska,avi,gif,apng,png_pipe,jpeg_pipe,webp_pipe",
          "codec_whitelist",
          CODECS,
          "max_streams",
          MAX_STREAMS);

  private final AVFormatContext format = new AVFormatContext(null);
  private final FileHead head;

  private Demuxer(Path file, FileHead head) throws IOException {
    this.head = head;
    AVInputFormat input = av_find_input_format(head.format());
    AVDictionary options = Ffmpeg.dictionary(OPTIONS);
    try (var url = Ffmpeg.url(file)) {
      Ffmpeg.check(
          avformat_open_input(format, url, input, options),
          "not a whole %s file".formatted(head.format().replace("_pipe", "")));
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
    FileHead head = FileHead.of(file);
    long most = head.isClip() ? MAX_CLIP_BYTES : MAX_PICTURE_BYTES;
    if (Files.size(file) > most) {
      throw new IOException(
          "it has more than %d MiB; cut it or make it smaller first".formatted(most >> 20));
    }
    Ffmpeg.load();
    return new Demuxer(file, head);
  }

  /** Width times height that a frame may have. */
  int maxPixels() {
    return head.isClip() ? MediaReader.MAX_CLIP_PIXELS : MediaReader.MAX_PIXELS;
  }

  /** Whether it holds one picture, or some that move, and not a clip with what belongs to it. */
  boolean isPicture() {
    return !head.isClip();
  }

  /** Whether it is a JPEG, the format of cameras. */
  boolean isPhotograph() {
    return head.format().equals("jpeg_pipe");
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
