package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVPALETTE_SIZE;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_HWACCEL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_FLAG_PAL;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_plane_buffer;
import static org.bytedeco.ffmpeg.global.avutil.av_image_get_linesize;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_count_planes;
import static org.bytedeco.ffmpeg.global.avutil.av_pix_fmt_desc_get;
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
 * Turns decoded frames into RGB. A file may change size and pixel format at any frame, and the
 * library reads as many bytes as it was told of the first one: so each frame is converted by what
 * it says itself, and only if its planes really hold that many bytes.
 */
final class FrameConverter implements AutoCloseable {
  private static final int CHANNELS = 3;

  /**
   * What a conversion depends on.
   *
   * @param matrix its YCbCr matrix, {@code AVCOL_SPC_*}
   */
  private record Layout(int width, int height, int format, int matrix, boolean fullRange) {
    /**
     * A frame that names no matrix has the one usual for its size: BT.601 up to standard
     * definition, BT.709 above.
     */
    static Layout of(AVFrame frame) {
      int matrix = frame.colorspace();
      if (matrix == AVCOL_SPC_UNSPECIFIED) {
        matrix = frame.height() <= 576 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
      }
      return new Layout(
          frame.width(),
          frame.height(),
          frame.format(),
          matrix,
          frame.color_range() == AVCOL_RANGE_JPEG);
    }
  }

  private Layout layout;
  private SwsContext converter;
  private AVFrame rgb = new AVFrame(null);

  /**
   * The frame's own pixels, not turned as it is to be shown: [height, width, 3], uint8.
   *
   * @throws IOException if the frame is damaged, or holds less than its format and size ask for
   */
  byte[] convert(AVFrame frame) throws IOException {
    requireWhole(frame);
    Layout found = Layout.of(frame);
    if (!found.equals(layout)) {
      open(found);
    }
    int stride = rgb.linesize(0);
    BytePointer rows = rgb.data(0);
    // What a conversion leaves out must not be what the memory held before.
    Pointer.memset(rows, 0, (long) stride * found.height);
    Ffmpeg.check(sws_scale_frame(converter, rgb, frame), "convert a frame");
    int rowBytes = found.width * CHANNELS;
    byte[] pixels = new byte[found.height * rowBytes];
    for (int y = 0; y < found.height; y++) {
      rows.position((long) y * stride).get(pixels, y * rowBytes, rowBytes);
    }
    return pixels;
  }

  private void open(Layout found) throws IOException {
    close();
    layout = found;
    rgb = Ffmpeg.frame(found.width, found.height, AV_PIX_FMT_RGB24, 0);
    converter =
        Ffmpeg.converter(
            found.width,
            found.height,
            found.format,
            found.matrix,
            found.fullRange,
            AV_PIX_FMT_RGB24,
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
