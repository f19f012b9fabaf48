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
import static org.bytedeco.ffmpeg.global.avformat.AVFMT_GLOBALHEADER;
import static org.bytedeco.ffmpeg.global.avformat.AVIO_FLAG_WRITE;
import static org.bytedeco.ffmpeg.global.avformat.av_interleaved_write_frame;
import static org.bytedeco.ffmpeg.global.avformat.av_write_trailer;
import static org.bytedeco.ffmpeg.global.avformat.avformat_alloc_output_context2;
import static org.bytedeco.ffmpeg.global.avformat.avformat_free_context;
import static org.bytedeco.ffmpeg.global.avformat.avformat_new_stream;
import static org.bytedeco.ffmpeg.global.avformat.avformat_write_header;
import static org.bytedeco.ffmpeg.global.avformat.avio_closep;
import static org.bytedeco.ffmpeg.global.avformat.avio_open;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_strdup;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVFormatContext;
import org.bytedeco.ffmpeg.avformat.AVIOContext;
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

  private final AVFormatContext format = new AVFormatContext(null);
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
    try {
      Ffmpeg.check(
          avformat_alloc_output_context2(format, null, container, null), "open " + container);
      format.metadata(Ffmpeg.dictionary(metadata));
      AVCodec implementation = avcodec_find_encoder_by_name(codec);
      if (implementation == null) {
        throw new IOException("the ffmpeg libraries have no encoder " + codec);
      }
      encoder = Ffmpeg.allocated(avcodec_alloc_context3(implementation));
      settings.accept(encoder);
      encoder.time_base().num(1).den(framesPerSecond);
      encoder.framerate().num(framesPerSecond).den(1);
      if ((format.oformat().flags() & AVFMT_GLOBALHEADER) != 0) {
        encoder.flags(encoder.flags() | AV_CODEC_FLAG_GLOBAL_HEADER);
      }
      AVDictionary options = Ffmpeg.dictionary(codecOptions);
      try {
        Ffmpeg.check(avcodec_open2(encoder, implementation, options), "encode with " + codec);
      } finally {
        av_dict_free(options);
      }
      packet = Ffmpeg.allocated(av_packet_alloc());
      stream = Ffmpeg.allocated(avformat_new_stream(format, null));
      stream.time_base(encoder.time_base());
      stream.avg_frame_rate(encoder.framerate());
      Ffmpeg.check(
          avcodec_parameters_from_context(stream.codecpar(), encoder), "describe the stream");
      writeHeader(file, containerOptions);
    } catch (IOException | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  private void writeHeader(Path file, Map<String, String> containerOptions) throws IOException {
    try (var url = Ffmpeg.url(file)) {
      // Moving the index to the front opens the file a second time by this name.
      format.url(av_strdup(url));
      var io = new AVIOContext(null);
      Ffmpeg.check(avio_open(io, url, AVIO_FLAG_WRITE), "create the file");
      format.pb(io);
    }
    AVDictionary options = Ffmpeg.dictionary(containerOptions);
    try {
      Ffmpeg.check(avformat_write_header(format, options), "write the header");
    } finally {
      av_dict_free(options);
    }
  }

  /** Encodes one frame, whose timestamp is set. */
  void write(AVFrame frame) throws IOException {
    encode(frame);
  }

  /** Writes what the encoder still holds and the end of the file. */
  void finish() throws IOException {
    encode(null);
    Ffmpeg.check(av_write_trailer(format), "write the end of the file");
    AVIOContext io = format.pb();
    format.pb(null);
    Ffmpeg.check(avio_closep(io), "close the file");
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
      Ffmpeg.check(av_interleaved_write_frame(format, packet), "write a frame");
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
    if (!format.isNull()) {
      if (format.pb() != null) {
        avio_closep(format.pb());
      }
      avformat_free_context(format);
    }
  }
}
