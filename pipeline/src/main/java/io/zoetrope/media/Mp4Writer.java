package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avutil.AVCHROMA_LOC_LEFT;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_make_writable;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/**
 * H.264 in MP4, as browsers play it: 4:2:0, BT.709 in limited range, index before the frames. The
 * provenance is the {@code comment} tag; its label stands in an XMP packet too.
 */
final class Mp4Writer extends MediaWriter {
  /**
   * From here on down, 4:2:0 takes more from a picture than the quantizer does; the file's size
   * follows from the content.
   */
  private static final int QUANTIZER = 16;

  private static final int MAX_QUANTIZER = 51;

  /** Doubles the step size (ITU-T H.264, 8.5). */
  private static final int QUANTIZER_OCTAVE = 6;

  private static final String COMMENT = "comment";

  private static final int MIN_SIDE = 16;

  /**
   * Macroblocks of 16x16 pixels in a frame at level 5.2 (ITU-T H.264, table A-1), the highest of
   * the encoder.
   */
  private static final int MAX_MACROBLOCKS = 36_864;

  /** XMP Specification Part 3, MPEG-4: the box that holds the packet in MPEG-4 files. */
  private static final long[] XMP_BOX = {0xBE7ACFCB97A942E8L, 0x9C71999491E3AFACL};

  Mp4Writer(Path target) {
    super(target);
    Ffmpeg.preload();
  }

  @Override
  String unfit(int width, int height, int framesPerSecond) {
    if (width % 2 != 0 || height % 2 != 0 || width < MIN_SIDE || height < MIN_SIDE) {
      return "H.264 takes even sizes from %dx%d on, got %dx%d; choose another size or write .gif"
          .formatted(MIN_SIDE, MIN_SIDE, width, height);
    }
    if (Math.ceilDiv(width, 16) * (long) Math.ceilDiv(height, 16) > MAX_MACROBLOCKS) {
      return "H.264 takes up to 4096x2304 pixels, got %dx%d; choose a smaller size or write .gif"
          .formatted(width, height);
    }
    return null;
  }

  /** One bit for three samples, which the demo's and usual clips stay below at this quality. */
  @Override
  double bytesPerSample() {
    return 1 / 24.0;
  }

  @Override
  void begin(int width, int height, int framesPerSecond, Path path) throws IOException {
    Ffmpeg.load();
    muxer(path, width, height, framesPerSecond, QUANTIZER, Map.of()).close();
  }

  @Override
  void encode(FrameSequence frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException {
    Ffmpeg.load();
    int quantizer = QUANTIZER;
    while (!encode(frames, framesPerSecond, provenance, path, quantizer)) {
      quantizer = Math.min(quantizer + QUANTIZER_OCTAVE, MAX_QUANTIZER);
    }
    appendXmp(path, provenance);
  }

  @Override
  void encode(Film film, Provenance provenance, Path path) throws IOException {
    if (!film.isCopied()) {
      super.encode(film, provenance, path);
      return;
    }
    StreamCopy.write(film.parts(), Map.of(COMMENT, provenance.toJson()), path);
    appendXmp(path, provenance);
  }

  /**
   * Returns false if a frame of noise takes more bits at this quality than the encoder has room
   * for.
   */
  private static boolean encode(
      FrameSequence frames, int framesPerSecond, Provenance provenance, Path path, int quantizer)
      throws IOException {
    int width = frames.width();
    int height = frames.height();
    AVFrame rgb = new AVFrame(null);
    AVFrame yuv = new AVFrame(null);
    SwsContext converter = null;
    try (var muxer =
        muxer(
            path,
            width,
            height,
            framesPerSecond,
            quantizer,
            Map.of(COMMENT, provenance.toJson()))) {
      rgb = Ffmpeg.frame(width, height, AV_PIX_FMT_RGB24, 1);
      yuv = Ffmpeg.frame(width, height, AV_PIX_FMT_YUV420P, 0);
      converter =
          Ffmpeg.converter(
              SWS_BICUBIC,
              width,
              height,
              AV_PIX_FMT_RGB24,
              AVCOL_SPC_BT709,
              true,
              AV_PIX_FMT_YUV420P,
              AVCOL_SPC_BT709,
              false);
      long time = 0;
      for (byte[] frame : frames) {
        rgb.data(0).put(frame);
        Ffmpeg.check(av_frame_make_writable(yuv), "encode a frame");
        Ffmpeg.check(sws_scale_frame(converter, yuv, rgb), "convert a frame");
        yuv.pts(time++);
        muxer.write(yuv);
      }
      muxer.finish();
      return true;
    } catch (Muxer.EncoderException e) {
      if (quantizer == MAX_QUANTIZER) {
        throw e;
      }
      return false;
    } finally {
      sws_freeContext(converter);
      av_frame_free(yuv);
      av_frame_free(rgb);
    }
  }

  private static Muxer muxer(
      Path path,
      int width,
      int height,
      int framesPerSecond,
      int quantizer,
      Map<String, String> metadata)
      throws IOException {
    return new Muxer(
        path,
        "mp4",
        Map.of("movflags", "+faststart"),
        metadata,
        "libopenh264",
        Map.of("rc_mode", "quality"),
        framesPerSecond,
        encoder -> configure(encoder, width, height, framesPerSecond, quantizer));
  }

  private static void configure(
      AVCodecContext encoder, int width, int height, int framesPerSecond, int quantizer) {
    encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_YUV420P);
    encoder.color_range(AVCOL_RANGE_MPEG).colorspace(AVCOL_SPC_BT709);
    encoder.color_primaries(AVCOL_PRI_BT709).color_trc(AVCOL_TRC_BT709);
    encoder.chroma_sample_location(AVCHROMA_LOC_LEFT);
    encoder.qmin(quantizer).qmax(quantizer);
    encoder.gop_size(2 * framesPerSecond);
    // More threads would cut pictures into slices, and the bytes would depend on the machine.
    encoder.thread_count(1);
  }

  /**
   * Players skip a box they don't know, so one at the end of the file moves nothing that the index
   * points to.
   */
  private static void appendXmp(Path path, Provenance provenance) throws IOException {
    byte[] xmp = Xmp.packet(provenance);
    ByteBuffer box = ByteBuffer.allocate(24 + xmp.length);
    box.putInt(box.capacity()).put("uuid".getBytes(StandardCharsets.US_ASCII));
    box.putLong(XMP_BOX[0]).putLong(XMP_BOX[1]).put(xmp);
    Files.write(path, box.array(), StandardOpenOption.APPEND);
  }
}
