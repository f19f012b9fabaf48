package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_GLOBAL_HEADER;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_rescale_ts;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_from_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** One encoded video stream written to one file, at a constant frame rate. */
final class Muxer implements AutoCloseable {
  /** The encoder failed at a frame, rather than the file. */
  static final class EncoderException extends IOException {
    private static final long serialVersionUID = 1L;

    EncoderException(String message) {
      super(message);
    }
  }

  private final Container file;
  private AVCodecContext encoder = new AVCodecContext(null);
  private AVPacket packet = new AVPacket(null);
  private AVStream stream;

  /**
   * Opens the encoder and writes the file's header.
   *
   * @param container, codec ffmpeg's names
   * @param framesPerSecond whole frames per second; frame {@code i} then has the timestamp {@code
   *     i}
   * @param settings sets size, pixel format and what else the encoder context needs
   */
  Muxer(
      Path file,
      String container,
      Map<String, String> containerOptions,
      Map<String, String> metadata,
      String codec,
      Map<String, String> codecOptions,
      int framesPerSecond,
      Consumer<AVCodecContext> settings)
      throws IOException {
    this.file = new Container(container, metadata);
    try {
      AVCodec implementation = avcodec_find_encoder_by_name(codec);
      if (implementation == null) {
        throw new IOException("the ffmpeg libraries have no encoder " + codec);
      }
      encoder = Ffmpeg.allocated(avcodec_alloc_context3(implementation));
      settings.accept(encoder);
      encoder.time_base().num(1).den(framesPerSecond);
      encoder.framerate().num(framesPerSecond).den(1);
      if (this.file.wantsGlobalHeader()) {
        encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
      }
      AVDictionary options = Ffmpeg.dictionary(codecOptions);
      try {
        Ffmpeg.check(avcodec_open2(encoder, implementation, options), "encode with " + codec);
      } finally {
        av_dict_free(options);
      }
      packet = Ffmpeg.allocated(av_packet_alloc());
      stream = this.file.addStream();
      stream.time_base(encoder.time_base());
      stream.avg_frame_rate(encoder.framerate());
      Ffmpeg.check(
          avcodec_parameters_from_context(stream.codecpar(), encoder), "describe the stream");
      this.file.begin(file, containerOptions);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Encodes one frame, whose timestamp is set. */
  void write(AVFrame frame) throws IOException {
    encode(frame);
  }

  /** Writes what the encoder still holds and the end of the file. */
  void finish() throws IOException {
    encode(null);
    file.finish();
  }

  private void encode(AVFrame frame) throws IOException {
    checkEncoded(avcodec_send_frame(encoder, frame));
    while (true) {
      int code = avcodec_receive_packet(encoder, packet);
      if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
        return;
      }
      checkEncoded(code);
      packet.duration(1);
      av_packet_rescale_ts(packet, encoder.time_base(), stream.time_base());
      file.write(packet);
    }
  }

  private static void checkEncoded(int code) throws EncoderException {
    try {
      Ffmpeg.check(code, "encode a frame");
    } catch (IOException e) {
      throw new EncoderException(e.getMessage());
    }
  }

  @Override
  public void close() {
    av_packet_free(packet);
    avcodec_free_context(encoder);
    file.close();
  }
}
