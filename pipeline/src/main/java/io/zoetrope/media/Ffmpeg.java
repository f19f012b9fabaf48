package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avformat.avformat_version;
import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_set;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_max_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_parse_color;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BITEXACT;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INP;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INT;
import static org.bytedeco.ffmpeg.global.swscale.sws_getCoefficients;
import static org.bytedeco.ffmpeg.global.swscale.sws_getContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_setColorspaceDetails;
import static org.bytedeco.ffmpeg.global.swscale.swscale_version;

import io.zoetrope.files.PrivateFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * What every use of the native libraries shares: loading, error codes, options, frames, colour
 * conversion.
 */
final class Ffmpeg {
  /**
   * Runs once, on whichever thread comes first: initialising these classes on two threads at a time
   * could deadlock.
   */
  private static final FutureTask<Void> LOADING = new FutureTask<>(Ffmpeg::loadLibraries);

  /** The property that tells JavaCPP where to unpack the libraries. */
  private static final String FOLDER_PROPERTY = "org.bytedeco.javacpp.cachedir";

  /** Bytes of one allocation: the largest picture that is read, in its widest format. */
  private static final long MAX_ALLOCATION = 8L * MediaReader.MAX_PIXELS + (1 << 20);

  private Ffmpeg() {}

  /** Starts {@link #load} on a thread of its own, for it takes tenths of a second. */
  static void preload() {
    Thread.ofPlatform().name("load-ffmpeg").daemon().start(LOADING);
  }

  /**
   * Loads the native libraries and keeps them from writing to the terminal; to be called before any
   * other use, the making of an object of theirs included.
   *
   * @throws MediaException if there are none for this machine
   */
  static void load() {
    LOADING.run();
    try {
      LOADING.get();
    } catch (ExecutionException e) {
      throw new MediaException(
          "cannot load the ffmpeg libraries on %s %s: %s; they are unpacked to %s, which needs 100 MB of space and must not be mounted noexec: set XDG_CACHE_HOME to another folder, or write .png-folder, which needs no libraries"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  innermost(e).getMessage(),
                  System.getProperty(FOLDER_PROPERTY, "a folder for temporary files")),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new MediaException(
          "interrupted while the ffmpeg libraries were loaded; start again", e);
    }
  }

  private static Throwable innermost(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  private static Void loadLibraries() throws IOException {
    // JavaCPP's own choices are folders that another user may have made before.
    if (System.getProperty(FOLDER_PROPERTY) == null) {
      System.setProperty(FOLDER_PROPERTY, PrivateFolder.kept("native").toString());
    }
    // JavaCPP would refuse every allocation once the process, with mapped weights and all, is
    // larger than some heaps.
    System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    av_log_set_level(AV_LOG_QUIET);
    // A few bytes of a file can promise millions of samples.
    av_max_alloc(MAX_ALLOCATION);
    swscale_version();
    avformat_version();
    return null;
  }

  /**
   * Returns {@code code} unless it is an error.
   *
   * @param doing what failed, to name in the message
   */
  static int check(int code, String doing) throws IOException {
    if (code >= 0) {
      return code;
    }
    byte[] text = new byte[256];
    av_strerror(code, text, text.length);
    int length = 0;
    while (text[length] != 0) {
      length++;
    }
    throw new IOException(doing + ": " + new String(text, 0, length, StandardCharsets.UTF_8));
  }

  /**
   * Returns {@code pointer} unless it is null, which allocation functions return when memory is
   * out.
   */
  static <P extends Pointer> P allocated(P pointer) {
    if (pointer == null || pointer.isNull()) {
      throw new OutOfMemoryError("ffmpeg: out of native memory");
    }
    return pointer;
  }

  /** A colour by its name in CSS, or its hexadecimal digits; empty if it is none. */
  static Optional<Colour> colour(String text) {
    load();
    byte[] levels = new byte[4];
    // Its own additions, such as a transparency behind an @, are none of ours.
    boolean isPlain =
        text.matches("[A-Za-z]+|#\\p{XDigit}{6}") && !text.matches("(?i)random|bikeshed");
    try (BytePointer name = utf8(text)) {
      return isPlain && av_parse_color(levels, name, -1, null) >= 0
          ? Optional.of(new Colour(levels[0] & 0xff, levels[1] & 0xff, levels[2] & 0xff))
          : Optional.empty();
    }
  }

  /** The name by which ffmpeg opens a local file, whatever characters its path has. */
  static BytePointer url(Path file) {
    return utf8("file:" + file.toAbsolutePath());
  }

  /** A new dictionary of options or metadata, freed by the caller. */
  static AVDictionary dictionary(Map<String, String> entries) throws IOException {
    var dictionary = new AVDictionary(null);
    for (var entry : entries.entrySet()) {
      try (BytePointer key = utf8(entry.getKey());
          BytePointer value = utf8(entry.getValue())) {
        check(av_dict_set(dictionary, key, value, 0), "set " + entry.getKey());
      }
    }
    return dictionary;
  }

  /**
   * A frame with its own buffer, freed by the caller.
   *
   * @param align bytes that rows are padded to a multiple of; 0 for what the processor likes best
   */
  static AVFrame frame(int width, int height, int pixelFormat, int align) throws IOException {
    AVFrame frame = allocated(av_frame_alloc());
    frame.width(width).height(height).format(pixelFormat);
    int code = av_frame_get_buffer(frame, align);
    if (code < 0) {
      av_frame_free(frame);
    }
    check(code, "allocate a frame of %dx%d".formatted(width, height));
    return frame;
  }

  /**
   * A converter between pixel formats at one size, freed by the caller with {@code
   * sws_freeContext}.
   *
   * @param filter between samples of colour that lie further apart than those of light: {@code
   *     SWS_BICUBIC}, or {@code SWS_BILINEAR} as codecs of pictures do it themselves
   * @param sourceMatrix, targetMatrix YCbCr matrices, {@code AVCOL_SPC_*}; without effect for RGB
   * @param sourceFullRange, targetFullRange whether samples use 0..255 instead of 16..235
   */
  static SwsContext converter(
      int filter,
      int width,
      int height,
      int sourceFormat,
      int sourceMatrix,
      boolean sourceFullRange,
      int targetFormat,
      int targetMatrix,
      boolean targetFullRange)
      throws IOException {
    int flags = filter | SWS_ACCURATE_RND | SWS_BITEXACT | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT;
    SwsContext converter =
        sws_getContext(
            width,
            height,
            sourceFormat,
            width,
            height,
            targetFormat,
            flags,
            null,
            null,
            (DoublePointer) null);
    if (converter == null) {
      throw new IOException(
          "no conversion from pixel format " + sourceFormat + " to " + targetFormat);
    }
    int one = 1 << 16;
    sws_setColorspaceDetails(
        converter,
        sws_getCoefficients(sourceMatrix),
        sourceFullRange ? 1 : 0,
        sws_getCoefficients(targetMatrix),
        targetFullRange ? 1 : 0,
        0,
        one,
        one);
    return converter;
  }

  /** Text as ffmpeg takes it: UTF-8 ended by 0, whatever the default charset. */
  static BytePointer utf8(String text) {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    var pointer = new BytePointer(bytes.remaining() + 1L);
    pointer.asBuffer().put(bytes).put((byte) 0);
    return pointer;
  }
}
