package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVPALETTE_SIZE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_ALPHA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_HWACCEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB48BE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGBA;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGBA64BE;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_plane_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_image_get_linesize;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_count_planes;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BILINEAR;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_isSupportedInput;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import java.io.IOException;
import org.bytedeco.ffmpeg.avutil.AVBufferRef;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVPixFmtDescriptor;
import org.bytedeco.ffmpeg.swscale.SwsContext;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Turns decoded frames into RGB, with what is transparent over a colour. A file may change size and
 * pixel format at any frame, and the library reads as many bytes as it was told of the first one:
 * so each frame is converted by what it says itself, and only if its planes really hold that many
 * bytes.
 */
final class FrameConverter implements AutoCloseable {
  private static final int CHANNELS = 3;

  /**
   * What a conversion depends on.
   *
   * @param matrix its YCbCr matrix, {@code AVCOL_SPC_*}
   * @param isTransparent whether pixels say how much of them is seen
   */
  private record Layout(
      int width, int height, int format, int matrix, boolean fullRange, boolean isTransparent) {
    /**
     * A frame that names no matrix has the one that is usual: BT.601 in pictures and in clips up to
     * standard definition, BT.709 in larger ones.
     */
    static Layout of(AVFrame frame, boolean isPicture) {
      int matrix = frame.colorspace();
      if (matrix == AVCOL_SPC_UNSPECIFIED) {
        matrix = isPicture || frame.height() <= 576 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
      }
      long flags = av_pix_fmt_desc_get(frame.format()).flags();
      return new Layout(
          frame.width(),
          frame.height(),
          frame.format(),
          matrix,
          frame.color_range() == AVCOL_RANGE_JPEG,
          (flags & (AV_PIX_FMT_FLAG_ALPHA | AV_PIX_FMT_FLAG_PAL)) != 0);
    }

    /** Whether it is RGB of 16 bits, which the library would make YCbCr on the way. */
    boolean isDeep() {
      return format == AV_PIX_FMT_RGB48BE || format == AV_PIX_FMT_RGBA64BE;
    }
  }

  private final Colour background;
  private final boolean isPicture;
  private Layout layout;
  private SwsContext converter;

  /** RGB, or RGBA where pixels are transparent. */
  private AVFrame rgb = new AVFrame(null);

  /**
   * A converter for one file.
   *
   * @param background colour behind what is transparent
   * @param isPicture whether it is a picture and no clip
   */
  FrameConverter(Colour background, boolean isPicture) {
    this.background = background;
    this.isPicture = isPicture;
  }

  /**
   * The frame's own pixels, not turned as it is to be shown: [height, width, 3], uint8.
   *
   * @throws IOException if the frame is damaged, or holds less than its format and size ask for
   */
  byte[] convert(AVFrame frame) throws IOException {
    requireWhole(frame);
    Layout found = Layout.of(frame, isPicture);
    if (found.isDeep()) {
      return pixels(frame, found);
    }
    if (!found.equals(layout)) {
      open(found);
    }
    // What a conversion leaves out must not be what the memory held before.
    Pointer.memset(rgb.data(0), 0, (long) rgb.linesize(0) * found.height);
    Ffmpeg.check(sws_scale_frame(converter, rgb, frame), "convert a frame");
    return pixels(rgb, found);
  }

  /** Samples of a frame whose pixels are RGB or RGBA, in 8 bits or in 16. */
  private byte[] pixels(AVFrame frame, Layout found) {
    int channels = found.isTransparent ? CHANNELS + 1 : CHANNELS;
    byte[] row = new byte[found.width * channels * (found.isDeep() ? Short.BYTES : 1)];
    byte[] pixels = new byte[found.height * found.width * CHANNELS];
    BytePointer rows = frame.data(0);
    for (int y = 0; y < found.height; y++) {
      rows.position((long) y * frame.linesize(0)).get(row);
      int start = y * found.width * CHANNELS;
      byte[] samples = found.isDeep() ? narrowed(row) : row;
      if (found.isTransparent) {
        blend(samples, pixels, start);
      } else {
        System.arraycopy(samples, 0, pixels, start, samples.length);
      }
    }
    return pixels;
  }

  /** Rounds numbers of 16 bits, the larger byte first, to 8. */
  private static byte[] narrowed(byte[] deep) {
    byte[] narrow = new byte[deep.length / Short.BYTES];
    for (int i = 0; i < narrow.length; i++) {
      int value = (deep[2 * i] & 0xff) << 8 | deep[2 * i + 1] & 0xff;
      narrow[i] = (byte) ((value * 255 + 0x7fff) / 0xffff);
    }
    return narrow;
  }

  /** Lays a row of pixels over the background (Porter and Duff, 1984: over). */
  private void blend(byte[] withAlpha, byte[] pixels, int start) {
    int[] behind = {background.red(), background.green(), background.blue()};
    int target = start;
    for (int i = 0; i < withAlpha.length; i += CHANNELS + 1) {
      int alpha = withAlpha[i + CHANNELS] & 0xff;
      for (int channel = 0; channel < CHANNELS; channel++) {
        int sum = (withAlpha[i + channel] & 0xff) * alpha + behind[channel] * (255 - alpha);
        pixels[target++] = (byte) ((sum + 127) / 255);
      }
    }
  }

  private void open(Layout found) throws IOException {
    close();
    layout = found;
    int target = found.isTransparent ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
    rgb = Ffmpeg.frame(found.width, found.height, target, 0);
    converter =
        Ffmpeg.converter(
            isPicture ? SWS_BILINEAR : SWS_BICUBIC,
            found.width,
            found.height,
            found.format,
            found.matrix,
            found.fullRange,
            target,
            AVCOL_SPC_BT709,
            true);
  }

  private static void requireWhole(AVFrame frame) throws IOException {
    if ((frame.flags() & AVFrame.AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags() != 0) {
      throw new IOException("a frame is damaged");
    }
    AVPixFmtDescriptor format = av_pix_fmt_desc_get(frame.format());
    if (format == null
        || (format.flags() & AV_PIX_FMT_FLAG_HWACCEL) != 0
        || sws_isSupportedInput(frame.format()) == 0) {
      throw new IOException("its pixel format " + frame.format() + " isn't supported");
    }
    int planes = Ffmpeg.check(av_pix_fmt_count_planes(frame.format()), "look at a frame");
    for (int plane = 0; plane < planes; plane++) {
      int rowBytes =
          Ffmpeg.check(
              av_image_get_linesize(frame.format(), frame.width(), plane), "look at a frame");
      int shift = plane == 1 || plane == 2 ? format.log2_chroma_h() : 0;
      requireHeld(frame, plane, Math.ceilDiv(frame.height(), 1 << shift), rowBytes);
    }
    if ((format.flags() & AV_PIX_FMT_FLAG_PAL) != 0) {
      requireHeld(frame, 1, 1, AVPALETTE_SIZE);
    }
  }

  private static void requireHeld(AVFrame frame, int plane, int rows, int rowBytes)
      throws IOException {
    BytePointer data = frame.data(plane);
    AVBufferRef buffer = av_frame_get_plane_buffer(frame, plane);
    if (data == null || buffer == null) {
      throw new IOException("a frame lacks its plane " + plane);
    }
    long stride = frame.linesize(plane);
    long first = data.address() - buffer.data().address();
    long last = first + (rows - 1) * stride;
    if (Math.min(first, last) < 0
        || Math.max(first, last) + rowBytes > buffer.size()
        || (rows > 1 && Math.abs(stride) < rowBytes)) {
      throw new IOException("a frame holds less than its size asks for");
    }
  }

  @Override
  public void close() {
    sws_freeContext(converter);
    converter = null;
    av_frame_free(rgb);
    layout = null;
  }
}
