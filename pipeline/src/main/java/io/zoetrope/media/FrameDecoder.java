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
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;
import static org.bytedeco.ffmpeg.global.avutil.AV_FRAME_DATA_DISPLAYMATRIX;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.avutil.AVFrameSideData;

/** Decodes the video stream of one file to RGB frames. */
final class FrameDecoder implements AutoCloseable {
  private final int maxFrames;
  private final Demuxer demuxer;
  private final FrameConverter converter = new FrameConverter();
  private final List<byte[]> frames = new ArrayList<>();
  private AVCodecContext decoder = new AVCodecContext(null);
  private AVPacket packet = new AVPacket(null);
  private AVFrame decoded = new AVFrame(null);
  private int width;
  private int height;
  private long firstTimestamp;
  private long lastTimestamp;

  /**
   * A decoder of one file.
   *
   * @param demuxer stays the caller's to close
   */
  FrameDecoder(Demuxer demuxer, int maxFrames) {
    this.demuxer = demuxer;
    this.maxFrames = maxFrames;
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
    if (implementation == null || !isAllowed(implementation)) {
      throw new IOException(
          "its codec %s isn't supported; use H.264"
              .formatted(
                  Printable.quote(avcodec_get_name(stream.codecpar().codec_id()).getString())));
    }
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

  private static boolean isAllowed(AVCodec implementation) {
    return List.of(Demuxer.CODECS.split(",")).contains(implementation.name().getString());
  }

  private void decode(AVPacket packet) throws IOException {
    checkDecoded(avcodec_send_packet(decoder, packet));
    while (true) {
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
    Ffmpeg.check(code, "decode");
  }

  private void add() throws IOException {
    if (frames.size() == maxFrames) {
      throw new IOException(
          "it has more than %d frame%s; cut it first"
              .formatted(maxFrames, maxFrames == 1 ? "" : "s"));
    }
    Orientation orientation = orientation();
    int shownWidth = orientation.width(decoded.width(), decoded.height());
    int shownHeight = orientation.height(decoded.width(), decoded.height());
    if (frames.isEmpty()) {
      width = shownWidth;
      height = shownHeight;
      firstTimestamp = decoded.best_effort_timestamp();
    } else if (shownWidth != width || shownHeight != height) {
      throw new IOException(
          "its size changes from %dx%d to %dx%d in frame %d"
              .formatted(width, height, shownWidth, shownHeight, frames.size()));
    }
    requireRoom();
    lastTimestamp = decoded.best_effort_timestamp();
    frames.add(orientation.apply(converter.convert(decoded), decoded.width(), decoded.height()));
  }

  /** All frames are held twice for a moment: one by one, and as one clip. */
  private void requireRoom() throws IOException {
    long most = Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / 2);
    if ((frames.size() + 1L) * 3 * width * height > most) {
      throw new IOException(
          "its frames exceed %d MiB as RGB; cut it or make it smaller first".formatted(most >> 20));
    }
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
        new VideoFrames(width, height, frames.size(), all),
        seconds > 0 ? (frames.size() - 1) / seconds : 0);
  }

  @Override
  public void close() {
    converter.close();
    av_frame_free(decoded);
    av_packet_free(packet);
    avcodec_free_context(decoder);
  }
}
