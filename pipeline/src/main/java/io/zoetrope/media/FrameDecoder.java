package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_SMPTE170M;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_UNSPECIFIED;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_q2d;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale_frame;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/** Decodes the video stream of one file to RGB frames. */
final class FrameDecoder implements AutoCloseable {
  private final int maxFrames;
  private final Demuxer demuxer;
  private final List<byte[]> frames = new ArrayList<>();
  private AVCodecContext decoder = new AVCodecContext(null);
  private AVPacket packet = new AVPacket(null);
  private AVFrame decoded = new AVFrame(null);
  private AVFrame rgb = new AVFrame(null);
  private SwsContext converter;
  private long firstTimestamp;
  private long lastTimestamp;

  FrameDecoder(Path file, int maxFrames) throws IOException {
    this.maxFrames = maxFrames;
    this.demuxer = new Demuxer(file);
  }

  /** Every frame; to be called once. */
  VideoClip read() throws IOException {
    AVStream stream = openDecoder();
    packet = Ffmpeg.allocated(av_packet_alloc());
    decoded = Ffmpeg.allocated(av_frame_alloc());
    int code = av_read_frame(demuxer.format(), packet);
    while (code >= 0) {
      if (packet.stream_index() == stream.index()) {
        if ((packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
          throw new IOException("the file is cut short");
        }
        decode(packet);
      }
      av_packet_unref(packet);
      code = av_read_frame(demuxer.format(), packet);
    }
    if (code != AVERROR_EOF) {
      Ffmpeg.check(code, "read");
    }
    decode(null);
    return clip(av_q2d(stream.time_base()));
  }

  private AVStream openDecoder() throws IOException {
    int index =
        Ffmpeg.check(
            av_find_best_stream(demuxer.format(), AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0),
            "look for a video stream");
    AVStream stream = demuxer.format().streams(index);
    AVCodec implementation = avcodec_find_decoder(stream.codecpar().codec_id());
    if (implementation == null) {
      throw new IOException("its codec isn't supported");
    }
    decoder = Ffmpeg.allocated(avcodec_alloc_context3(implementation));
    Ffmpeg.check(avcodec_parameters_to_context(decoder, stream.codecpar()), "open the decoder");
    AVDictionary options =
        Ffmpeg.dictionary(
            Map.of(
                "max_pixels",
                Integer.toString(MediaReader.MAX_PIXELS),
                "codec_whitelist",
                Demuxer.CODECS));
    try {
      Ffmpeg.check(avcodec_open2(decoder, implementation, options), "open the decoder");
    } finally {
      av_dict_free(options);
    }
    return stream;
  }

  private void decode(AVPacket packet) throws IOException {
    Ffmpeg.check(avcodec_send_packet(decoder, packet), "decode");
    while (true) {
      int code = avcodec_receive_frame(decoder, decoded);
      if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
        return;
      }
      Ffmpeg.check(code, "decode");
      add();
    }
  }

  private void add() throws IOException {
    int width = decoded.width();
    int height = decoded.height();
    if (frames.size() == maxFrames) {
      throw new IOException("it has more than %d frames; cut it first".formatted(maxFrames));
    }
    if ((frames.size() + 1L) * 3 * width * height > Integer.MAX_VALUE) {
      throw new IOException("its frames exceed 2 GiB as RGB; cut it or make it smaller first");
    }
    if (converter == null) {
      converter = converter(decoded);
      rgb = Ffmpeg.frame(width, height, AV_PIX_FMT_RGB24, 1);
      firstTimestamp = decoded.best_effort_timestamp();
    } else if (width != rgb.width() || height != rgb.height()) {
      throw new IOException(
          "its size changes from %dx%d to %dx%d in frame %d"
              .formatted(rgb.width(), rgb.height(), width, height, frames.size()));
    }
    lastTimestamp = decoded.best_effort_timestamp();
    Ffmpeg.check(sws_scale_frame(converter, rgb, decoded), "convert a frame");
    byte[] frame = new byte[3 * width * height];
    rgb.data(0).get(frame);
    frames.add(frame);
  }

  private VideoClip clip(double secondsPerTick) throws IOException {
    if (frames.isEmpty()) {
      throw new IOException("it has no frames");
    }
    byte[] first = frames.getFirst();
    byte[] all = new byte[frames.size() * first.length];
    for (int i = 0; i < frames.size(); i++) {
      System.arraycopy(frames.get(i), 0, all, i * first.length, first.length);
    }
    double seconds = (lastTimestamp - firstTimestamp) * secondsPerTick;
    return new VideoClip(
        new VideoFrames(rgb.width(), rgb.height(), frames.size(), all),
        seconds > 0 ? (frames.size() - 1) / seconds : 0);
  }

  /**
   * A clip that names no matrix has the one usual for its size: BT.601 up to standard definition,
   * BT.709 above.
   */
  private static SwsContext converter(AVFrame frame) throws IOException {
    int matrix = frame.colorspace();
    if (matrix == AVCOL_SPC_UNSPECIFIED) {
      matrix = frame.height() <= 576 ? AVCOL_SPC_SMPTE170M : AVCOL_SPC_BT709;
    }
    return Ffmpeg.converter(
        frame.width(),
        frame.height(),
        frame.format(),
        matrix,
        frame.color_range() == AVCOL_RANGE_JPEG,
        AV_PIX_FMT_RGB24,
        AVCOL_SPC_BT709,
        true);
  }

  @Override
  public void close() {
    sws_freeContext(converter);
    av_frame_free(rgb);
    av_frame_free(decoded);
    av_packet_free(packet);
    avcodec_free_context(decoder);
    demuxer.close();
  }
}
