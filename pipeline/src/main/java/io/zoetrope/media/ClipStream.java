package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_GIF;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_CORRUPT;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_DISCARD;
import static org.bytedeco.ffmpeg.global.avcodec.AV_PKT_FLAG_KEY;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_unref;
import static org.bytedeco.ffmpeg.global.avformat.av_find_best_stream;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVERROR_EOF;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_AUDIO;
import static org.bytedeco.ffmpeg.global.avutil.AVMEDIA_TYPE_VIDEO;

import io.zoetrope.files.FileErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecParameters;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avformat.AVStream;

/**
 * What the video stream of a file says of itself, found without decoding an MP4.
 *
 * @param width of a frame as it is stored, in pixels
 * @param height of a frame as it is stored, in pixels
 * @param frames number of frames
 * @param seconds how long they play
 * @param form how they are encoded; streams of one form can be joined as they are
 * @param isPlain whether packets stand in the order of display from a key frame at time 0 on, at
 *     equal distances, and all are shown
 * @param hasSound whether the file has sound, too
 */
record ClipStream(
    int width,
    int height,
    int frames,
    double seconds,
    Form form,
    boolean isPlain,
    boolean hasSound) {
  /** Frames of a GIF that are counted at most. */
  private static final int MAX_FRAMES = 1 << 20;

  /**
   * What streams must have in common so that one decoder reads one behind the other.
   *
   * @param codec ffmpeg's number
   * @param setup what the decoder is told first: profile, level, size, reordering
   * @param tick of timestamps, as numerator and denominator of a second
   * @param frameTicks ticks of a frame
   */
  record Form(int codec, ByteBuffer setup, int tick, int ticks, long frameTicks) {}

  /**
   * Looks at a file.
   *
   * @throws MediaException if the file is missing, broken, or of another format
   */
  static ClipStream of(Path file) {
    AVPacket packet = new AVPacket(null);
    try (var demuxer = Demuxer.open(file)) {
      AVStream stream = video(demuxer);
      packet = Ffmpeg.allocated(av_packet_alloc());
      Packets packets = new Packets();
      int code = av_read_frame(demuxer.format(), packet);
      while (code >= 0) {
        if (packet.stream_index() == stream.index()) {
          packets.add(packet);
        }
        av_packet_unref(packet);
        code = av_read_frame(demuxer.format(), packet);
      }
      if (code != AVERROR_EOF) {
        Ffmpeg.check(code, "read");
      }
      if (packets.count == 0) {
        throw new IOException("it has no frames");
      }
      boolean hasSound =
          av_find_best_stream(demuxer.format(), AVMEDIA_TYPE_AUDIO, -1, -1, (AVCodec) null, 0) >= 0;
      ClipStream found = packets.of(stream, hasSound);
      return found.form().codec() == AV_CODEC_ID_GIF ? found.counted(file) : found;
    } catch (IOException e) {
      throw new MediaException("cannot read %s: %s".formatted(file, FileErrors.reason(e)), e);
    } finally {
      av_packet_free(packet);
    }
  }

  /** Packets of a GIF are not one for each frame: a comment is one, too. */
  private ClipStream counted(Path file) {
    VideoFrames pixel = new VideoFrames(1, 1, 1, new byte[3]);
    VideoClip clip = MediaReader.read(file, Reading.all(MAX_FRAMES).with(_ -> pixel));
    int count = clip.frames().frames();
    double shown = clip.framesPerSecond() > 0 ? count / clip.framesPerSecond() : seconds;
    return new ClipStream(width, height, count, shown, form, false, hasSound);
  }

  /** The stream that players show. */
  static AVStream video(Demuxer demuxer) throws IOException {
    int index =
        Ffmpeg.check(
            av_find_best_stream(demuxer.format(), AVMEDIA_TYPE_VIDEO, -1, -1, (AVCodec) null, 0),
            "look for a video stream");
    return demuxer.format().streams(index);
  }

  /** What is found of packets, one after the other. */
  private static final class Packets {
    private int count;
    private boolean isPlain = true;
    private long nextTime;
    private long frameTicks;

    void add(AVPacket packet) throws IOException {
      if ((packet.flags() & AV_PKT_FLAG_CORRUPT) != 0) {
        throw new IOException("the file is cut short");
      }
      if (count == 0) {
        frameTicks = packet.duration();
        isPlain = (packet.flags() & AV_PKT_FLAG_KEY) != 0 && frameTicks > 0;
      }
      isPlain &=
          packet.pts() == nextTime
              && packet.dts() == nextTime
              && packet.duration() == frameTicks
              && (packet.flags() & AV_PKT_FLAG_DISCARD) == 0;
      nextTime += packet.duration();
      count++;
    }

    ClipStream of(AVStream stream, boolean hasSound) {
      AVCodecParameters parameters = stream.codecpar();
      byte[] setup = new byte[parameters.extradata_size()];
      if (setup.length > 0) {
        parameters.extradata().get(setup);
      }
      int numerator = stream.time_base().num();
      int denominator = stream.time_base().den();
      return new ClipStream(
          parameters.width(),
          parameters.height(),
          count,
          (double) nextTime * numerator / denominator,
          new Form(
              parameters.codec_id(), ByteBuffer.wrap(setup), numerator, denominator, frameTicks),
          // A matrix that turns the picture belongs to the whole file.
          isPlain && parameters.nb_coded_side_data() == 0,
          hasSound);
    }
  }

  /** Mean frames a second. */
  double framesPerSecond() {
    return seconds > 0 ? frames / seconds : 0;
  }
}
