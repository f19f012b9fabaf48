package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_H264;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_parameters_to_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;
import static org.bytedeco.ffmpeg.global.avformat.av_read_frame;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_PRI_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_SPC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_TRC_BT709;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Mp4WriterTest {
  @TempDir Path folder;

  private Path write(VideoFrames clip, int framesPerSecond) {
    MediaWriter writer = MediaWriter.open(folder.resolve("out.mp4").toString());
    writer.write(clip, framesPerSecond, TestClips.provenance());
    return writer.target();
  }

  @Test
  void framesComeBackNearlyAsTheyWere() {
    VideoFrames clip = TestClips.spot(64, 64, 17);
    VideoClip read = MediaReader.read(write(clip, 8), 17);
    assertEquals(17, read.frames().frames());
    assertEquals(64, read.frames().width());
    assertEquals(64, read.frames().height());
    assertEquals(8, read.framesPerSecond(), 1e-9);
    double psnr = TestClips.psnr(clip, read.frames());
    assertTrue(psnr > 40, "PSNR " + psnr);
  }

  @Test
  void widthAndHeightAreNotMixedUp() {
    VideoFrames clip = TestClips.spot(80, 18, 3);
    VideoFrames read = MediaReader.read(write(clip, 24), 3).frames();
    assertTrue(TestClips.psnr(clip, read) > 38, "PSNR " + TestClips.psnr(clip, read));
  }

  /** Noise needs more bits than the picture has; a run with few steps makes such clips. */
  @Test
  void takesNoise() {
    VideoFrames clip = TestClips.noise(128, 128, 2);
    assertEquals(2, MediaReader.read(write(clip, 8), 2).frames().frames());
  }

  @Test
  void sameClipGivesSameBytes() throws IOException {
    byte[] first = Files.readAllBytes(write(TestClips.spot(64, 64, 5), 8));
    assertArrayEquals(first, Files.readAllBytes(write(TestClips.spot(64, 64, 5), 8)));
  }

  /** Sample values of pure red from ITU-R BT.709, section 3: Y' = 16 + 219 * 0.2126, and so on. */
  @Test
  void coloursAreWhatTheTagsSay() throws IOException {
    Path file = write(TestClips.solid(32, 32, 1, 255, 0, 0), 8);
    try (var demuxer = Demuxer.open(file)) {
      var parameters = demuxer.format().streams(0).codecpar();
      assertEquals(1, demuxer.format().nb_streams());
      assertEquals(AV_CODEC_ID_H264, parameters.codec_id());
      AVFrame frame = firstFrame(demuxer);
      assertEquals(AV_PIX_FMT_YUV420P, frame.format());
      assertEquals(AVCOL_RANGE_MPEG, frame.color_range());
      assertEquals(AVCOL_SPC_BT709, frame.colorspace());
      assertEquals(AVCOL_PRI_BT709, frame.color_primaries());
      assertEquals(AVCOL_TRC_BT709, frame.color_trc());
      assertEquals(63, frame.data(0).get(0) & 0xFF, 1);
      assertEquals(102, frame.data(1).get(0) & 0xFF, 1);
      assertEquals(240, frame.data(2).get(0) & 0xFF, 1);
      av_frame_free(frame);
    }
  }

  private static AVFrame firstFrame(Demuxer demuxer) {
    var parameters = demuxer.format().streams(0).codecpar();
    var decoder = avcodec_find_decoder(parameters.codec_id());
    AVCodecContext context = avcodec_alloc_context3(decoder);
    avcodec_parameters_to_context(context, parameters);
    assertEquals(0, avcodec_open2(context, decoder, (AVDictionary) null));
    var packet = av_packet_alloc();
    assertEquals(0, av_read_frame(demuxer.format(), packet));
    assertEquals(0, avcodec_send_packet(context, packet));
    assertEquals(0, avcodec_send_packet(context, null));
    AVFrame frame = av_frame_alloc();
    assertEquals(0, avcodec_receive_frame(context, frame));
    av_packet_free(packet);
    avcodec_free_context(context);
    return frame;
  }

  @Test
  void indexStandsBeforeTheFramesAndTheLabelAtTheEnd() throws IOException {
    byte[] file = Files.readAllBytes(write(TestClips.spot(64, 64, 3), 8));
    var boxes = new ArrayList<String>();
    ByteBuffer buffer = ByteBuffer.wrap(file);
    int last = 0;
    while (buffer.hasRemaining()) {
      last = buffer.position();
      int size = buffer.getInt();
      boxes.add(new String(file, last + 4, 4, StandardCharsets.US_ASCII));
      buffer.position(last + size);
    }
    boxes.remove("free");
    assertEquals(List.of("ftyp", "moov", "mdat", "uuid"), boxes);
    String xmp = new String(file, last + 24, file.length - last - 24, StandardCharsets.UTF_8);
    assertTrue(
        xmp.contains(
            "DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia\""),
        xmp);
  }

  @Test
  void refusesSizesThatH264DoesNotTake() {
    MediaWriter writer = MediaWriter.open(folder.resolve("out.mp4").toString());
    for (int[] size : new int[][] {{63, 64}, {64, 63}, {14, 64}, {4096, 2320}}) {
      String message =
          assertThrows(MediaException.class, () -> writer.check(size[0], size[1], 1, 8))
              .getMessage();
      assertTrue(message.contains("got %dx%d; choose".formatted(size[0], size[1])), message);
    }
    writer.check(4096, 2304, 1, 8);
    assertThrows(MediaException.class, () -> writer.check(64, 64, 1, 0));
    assertThrows(
        MediaException.class,
        () -> writer.write(TestClips.spot(17, 16, 1), 8, TestClips.provenance()));
  }

  @Test
  void aFullDiskIsAnError() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "a device that is always full");
    var writer = new Mp4Writer(folder.resolve("out.mp4"));
    var error =
        assertThrows(
            IOException.class,
            () -> writer.encode(TestClips.noise(64, 64, 17), 8, TestClips.provenance(), full));
    assertTrue(error.getMessage().contains("No space left on device"), error.getMessage());
  }
}
