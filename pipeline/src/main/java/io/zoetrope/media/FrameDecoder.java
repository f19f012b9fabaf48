package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_get_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.AV_DISPOSITION_ATTACHED_PIC;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_guess_sample_aspect_ratio;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_STREAM_NOT_FOUND;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
import static org.bytedeco.ffmpeg.global.avutil.AV_NOPTS_VALUE;
import static org.bytedeco.ffmpeg.global.avutil.av_dict_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_side_data;
import static org.bytedeco.ffmpeg.global.avutil.av_q2d;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EAGAIN;
import static org.bytedeco.ffmpeg.presets.avutil.AVERROR_EINVAL;

import io.zoetrope.files.Printable;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;
import org.bytedeco.ffmpeg.avutil.AVRational;

/** Decodes the video stream of one file to RGB frames. */
final class FrameDecoder implements AutoCloseable {
  private final Reading reading;
  private final Demuxer demuxer;
  private final FrameConverter converter;
  private AVCodecContext decoder = new AVCodecContext(null);
  private AVPacket packet = new AVPacket(null);
  private AVFrame decoded = new AVFrame(null);
  private FrameCollector collector;
  private AVStream stream;
  private double secondsPerTick;

  /** Seconds for which the last frame is shown; 0 where the file does not say. */
  private double lastShown;

  /**
   * A decoder of one file.
   *
   * @param demuxer stays the caller's to close
   */
  FrameDecoder(Demuxer demuxer, Reading reading) {
    this.demuxer = demuxer;
    this.reading = reading;
    this.converter = new FrameConverter(reading.background(), demuxer.isPicture());
  }

  /** The frames that are asked for; to be called once. */
  VideoClip read() throws IOException {
    stream = openDecoder();
    secondsPerTick = av_q2d(stream.time_base());
    collector = new FrameCollector(reading, secondsPerTick);
    packet = Ffmpeg.allocated(av_packet_alloc());
    decoded = Ffmpeg.allocated(av_frame_alloc());
    int code = av_read_frame(demuxer.format(), packet);
    while (code >= 0 && !isDone()) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException("interrupted while a clip was read");
      }
      if (packet.stream_index() == stream.index()) {
        if ((packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
          throw new IOException("the file is cut short");
        }
        decode(packet);
      }
      av_packet_unref(packet);
      code = av_read_frame(demuxer.format(), packet);
    }
    if (!isDone()) {
      if (code != AVERROR_EOF) {
        Ffmpeg.check(code, "read");
      }
      decode(null);
    }
    return collector.clip(lastShown);
  }

  /** Behind a photograph there may be others: a preview, or how bright it is. */
  private boolean isDone() {
    return collector.isFull() || (demuxer.isPhotograph() && collector.count() > 0);
  }

  private AVStream openDecoder() throws IOException {
    int index =
        av_find_best_stream(demuxer.format(), AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0);
    if (index == AVERROR_STREAM_NOT_FOUND) {
      throw new IOException("it has no pictures, only sound or nothing");
    }
    AVStream stream = demuxer.format().streams(Ffmpeg.check(index, "look for a video stream"));
    if ((stream.disposition() & AV_DISPOSITION_ATTACHED_PIC) != 0) {
      throw new IOException("it has sound and a cover, and no video");
    }
    AVCodec implementation = avcodec_find_decoder(stream.codecpar().codec_id());
    if (implementation == null || !isAllowed(implementation)) {
      throw new IOException(
          "its codec %s isn't supported; use H.264"
              .formatted(
                  Printable.quote(avcodec_get_name(stream.codecpar().codec_id()).getString())));
    }
    requireAllowed(stream.codecpar().width(), stream.codecpar().height());
    decoder = Ffmpeg.allocated(avcodec_alloc_context3(implementation));
    Ffmpeg.check(avcodec_parameters_to_context(decoder, stream.codecpar()), "open the decoder");
    // One thread: each more would hold frames of its own.
    decoder.thread_count(1);
    AVDictionary options =
        Ffmpeg.dictionary(
            Map.of(
                "max_pixels",
                Integer.toString(demuxer.maxPixels()),
                "err_detect",
                "crccheck+explode",
                "codec_whitelist",
                Demuxer.CODECS));
    try {
      Ffmpeg.check(avcodec_open2(decoder, implementation, options), "open the decoder");
    } finally {
      av_dict_free(options);
    }
    return stream;
  }

  /** What the container says; the decoder looks again. */
  private void requireAllowed(int width, int height) throws IOException {
    if ((long) width * height > demuxer.maxPixels()) {
      throw new IOException(
          "it has %dx%d, more than %d pixels; make it smaller first"
              .formatted(width, height, demuxer.maxPixels()));
    }
  }

  private static boolean isAllowed(AVCodec implementation) {
    return List.of(Demuxer.CODECS.split(",")).contains(implementation.name().getString());
  }

  private void decode(AVPacket packet) throws IOException {
    checkDecoded(avcodec_send_packet(decoder, packet));
    while (!isDone()) {
      int code = avcodec_receive_frame(decoder, decoded);
      if (code == AVERROR_EAGAIN() || code == AVERROR_EOF) {
        return;
      }
      checkDecoded(code);
      add();
    }
  }

  /** The decoder's own word for a picture that is too large is "invalid argument". */
  private void checkDecoded(int code) throws IOException {
    if (code == AVERROR_EINVAL()) {
      throw new IOException(
          "it is damaged, or has more than %d pixels; make it smaller first"
              .formatted(demuxer.maxPixels()));
    }
    Ffmpeg.check(code, "it is damaged or cut short");
  }

  private void add() throws IOException {
    Orientation orientation = orientation();
    int storedWidth = widthOfSquares();
    int width = orientation.width(storedWidth, decoded.height());
    int height = orientation.height(storedWidth, decoded.height());
    collector.requireSize(width, height);
    VideoFrames stored =
        new VideoFrames(decoded.width(), decoded.height(), 1, converter.convert(decoded));
    VideoFrames squares = Resampling.LANCZOS.resize(stored, storedWidth, decoded.height());
    byte[] rgb = orientation.apply(squares.frame(0), storedWidth, decoded.height());
    long ticks = decoded.best_effort_timestamp();
    double seconds = ticks == AV_NOPTS_VALUE ? Double.NaN : ticks * secondsPerTick;
    lastShown = decoded.duration() * secondsPerTick;
    collector.add(new VideoFrames(width, height, 1, rgb), seconds);
  }

  /** Width of the stored picture where its pixels are made squares: those of a clip may not be. */
  private int widthOfSquares() throws IOException {
    AVRational shape = av_guess_sample_aspect_ratio(demuxer.format(), stream, decoded);
    if (demuxer.isPicture() || shape.num() <= 0 || shape.den() <= 0) {
      return decoded.width();
    }
    double width = Math.rint(decoded.width() * av_q2d(shape));
    if (width < 1 || width * decoded.height() > demuxer.maxPixels()) {
      throw new IOException(
          "its pixels are %d:%d, wide to high; make them squares first"
              .formatted(shape.num(), shape.den()));
    }
    return (int) width;
  }

  private Orientation orientation() throws IOException {
    AVFrameSideData matrix = av_frame_get_side_data(decoded, AV_FRAME_DATA_DISPLAYMATRIX);
    if (matrix == null || matrix.size() < 9 * Integer.BYTES) {
      return Orientation.AS_STORED;
    }
    IntBuffer values =
        matrix
            .data()
            .capacity(matrix.size())
            .asByteBuffer()
            .order(ByteOrder.nativeOrder())
            .asIntBuffer();
    return Orientation.of(values.get(0), values.get(1), values.get(3), values.get(4));
  }

  @Override
  public void close() {
    converter.close();
    av_frame_free(decoded);
    av_packet_free(packet);
    avcodec_free_context(decoder);
  }
}
