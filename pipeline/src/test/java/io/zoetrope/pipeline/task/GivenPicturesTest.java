package io.zoetrope.pipeline.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What given pictures do around a step: by timestep 0 of their tokens, and by channels. */
class GivenPicturesTest {
  private static final PatchSize PATCH = new PatchSize(1, 2, 2);
  private static final ClipSize SIZE = new ClipSize(32, 16, 5);

  private final Ops ops = new Ops(new ReferenceBackend());
  private final List<float[]> encoded = new ArrayList<>();

  /** Notes what it is given, and makes latents of 1 channel, 2x4, all 7. */
  private final class Codec implements VideoCodec {
    @Override
    public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
      for (long i = 0; i < video.frames(); i++) {
        encoded.add(video.read(i, 1).toFloats());
      }
      float[] latents = new float[Math.toIntExact(((video.frames() - 1) / 4 + 1) * 8)];
      Arrays.fill(latents, 7);
      return ops.upload(Tensor.of(latents, 1, latents.length / 8, 2, 4));
    }

    @Override
    public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
      throw new UnsupportedOperationException();
    }
  }

  /** A picture of one level, of another size than the clip. */
  private static VideoFrames picture(int level) {
    byte[] rgb = new byte[3 * 10 * 20];
    Arrays.fill(rgb, (byte) level);
    return new VideoFrames(10, 20, 1, rgb);
  }

  private Conditioning begun(Task task, Input... inputs) {
    return begun(SIZE, task, inputs);
  }

  private Conditioning begun(ClipSize size, Task task, Input... inputs) {
    Conditioning conditioning = task.conditioning(List.of(inputs)).orElseThrow();
    conditioning.check(GenerationRequest.empty().with(size));
    assertTrue(conditioning.encodes());
    conditioning.encode(ops, new Codec(), null);
    SchedulerConfig euler =
        SchedulerConfig.parse(Schedulers.ofOption("euler"), JsonConfig.MAPPER.createObjectNode());
    try (Scheduler scheduler = euler.scheduler()) {
      scheduler.setTimesteps(2);
      Tensor start = conditioning.start(ops, Tensor.of(counting(), 1, 2, 2, 4), scheduler, 1000);
      assertArrayEquals(counting(), start.toFloats());
    }
    return conditioning;
  }

  private static float[] counting() {
    float[] values = new float[16];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    return values;
  }

  private static float[] pictureThenCounting() {
    float[] values = counting();
    Arrays.fill(values, 0, 8, 7);
    return values;
  }

  @Test
  void aFirstFrameHasTimestepZeroAndIsNeverNoisy() {
    Conditioning conditioning =
        begun(Task.firstFrameAtTimestepZero(PATCH), Input.Image.first(picture(255)));
    assertEquals(1, encoded.size());
    assertEquals(3 * 32 * 16, encoded.getFirst().length);
    assertEquals(1, encoded.getFirst()[0]);
    Tensor latents = ops.upload(Tensor.of(counting(), 1, 2, 2, 4));
    assertArrayEquals(pictureThenCounting(), conditioning.input(ops, latents).toFloats());
    assertArrayEquals(counting(), latents.toFloats());
    assertArrayEquals(new float[] {0, 0, 500, 500}, conditioning.timesteps(500));
    assertArrayEquals(pictureThenCounting(), conditioning.finish(ops, latents).toFloats());
  }

  @Test
  void aLastFrameThatTheClipArrivesAtHasTimestepZeroToo() {
    Task task = Task.lastFrameAtTimestepZero(PATCH, 4);
    Conditioning alone = begun(task, Input.Image.last(picture(0)));
    assertEquals(5, encoded.size());
    encoded.forEach(frame -> assertEquals(-1, frame[40]));
    Tensor latents = ops.upload(Tensor.of(counting(), 1, 2, 2, 4));
    float[] expected = counting();
    Arrays.fill(expected, 8, 16, 7);
    assertArrayEquals(expected, alone.input(ops, latents).toFloats());
    assertArrayEquals(new float[] {500, 500, 0, 0}, alone.timesteps(500));
    assertArrayEquals(expected, alone.finish(ops, latents).toFloats());

    encoded.clear();
    Conditioning both = begun(task, Input.Image.last(picture(0)), Input.Image.first(picture(255)));
    assertEquals(1, encoded.getFirst()[40]);
    assertEquals(-1, encoded.getLast()[40]);
    assertArrayEquals(new float[] {0, 0, 0, 0}, both.timesteps(500));
    assertTrue(task.conditioning(List.of(Input.Image.first(picture(1)))).isEmpty());
    GenerationRequest still = GenerationRequest.empty().with(new ClipSize(32, 16, 1));
    assertEquals(
        "a clip of 1 frame cannot arrive at its last one: use 5 frames or more",
        assertThrows(PipelineException.class, () -> both.check(still)).getMessage());
  }

  @Test
  void severalFirstFramesHaveTimestepZeroAsOneHas() {
    Task task = Task.firstFramesAtTimestepZero(PATCH, 4, 5);
    ClipSize longer = new ClipSize(32, 16, 9);
    Conditioning conditioning = begun(longer, task, new Input.Condition(clip(5), 0, 1));
    assertEquals(5, encoded.size());
    assertEquals(1, encoded.getLast()[0]);
    Tensor latents = ops.upload(Tensor.of(counting(), 1, 2, 2, 4));
    assertArrayEquals(new float[] {0, 0, 0, 0}, conditioning.timesteps(500));
    float[] given = new float[16];
    Arrays.fill(given, 7);
    assertArrayEquals(given, conditioning.finish(ops, latents).toFloats());

    for (Input.Condition other :
        List.of(
            new Input.Condition(clip(4), 0, 1),
            new Input.Condition(clip(9), 0, 1),
            new Input.Condition(clip(5), 4, 1),
            new Input.Condition(clip(5), 0, 0.5))) {
      assertTrue(task.conditioning(List.of(other)).isEmpty(), other.title());
    }
    GenerationRequest short5 = GenerationRequest.empty().with(new ClipSize(32, 16, 5));
    assertEquals(
        "5 frames, of which 5 are given: use more frames",
        assertThrows(PipelineException.class, () -> conditioning.check(short5)).getMessage());
  }

  private static VideoFrames clip(int frames) {
    byte[] rgb = new byte[3 * 10 * 20 * frames];
    Arrays.fill(rgb, (byte) 255);
    return new VideoFrames(10, 20, frames, rgb);
  }

  @Test
  void framesBetweenGivenOnesAreGreyAndMarkedSo() {
    Conditioning conditioning =
        begun(
            Task.firstAndLastFrameToVideo(4),
            Input.Image.last(picture(0)),
            Input.Image.first(picture(255)));
    assertEquals(5, encoded.size());
    float[] expected = {1, 0, 0, 0, -1};
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], encoded.get(i)[40]);
    }
    assertEquals(2, conditioning.pictures().size());
    Tensor latents = ops.upload(Tensor.of(counting(), 1, 2, 2, 4));
    float[] input = conditioning.input(ops, latents).toFloats();
    // Latents, 4 channels of the mask, latents of the pictures; of 2 frames each
    assertEquals(6 * 16, input.length);
    assertArrayEquals(counting(), Arrays.copyOf(input, 16));
    float[] firstOnly = new float[16];
    Arrays.fill(firstOnly, 0, 8, 1);
    float[] firstAndLast = new float[16];
    Arrays.fill(firstAndLast, 1);
    for (int channel = 1; channel <= 3; channel++) {
      assertArrayEquals(firstOnly, Arrays.copyOfRange(input, 16 * channel, 16 * channel + 16));
    }
    assertArrayEquals(firstAndLast, Arrays.copyOfRange(input, 64, 80));
    assertEquals(7, input[80]);
    assertArrayEquals(new float[] {500}, conditioning.timesteps(500));
    assertArrayEquals(counting(), conditioning.finish(ops, latents).toFloats());
  }

  @Test
  void whatATaskDoesNotTakeItLeaves() {
    Input.Image first = Input.Image.first(picture(1));
    Input.Image last = Input.Image.last(picture(2));
    for (Task task : List.of(Task.imageToVideo(4), Task.firstFrameAtTimestepZero(PATCH))) {
      assertTrue(task.conditioning(List.of(first)).isPresent());
      assertTrue(task.conditioning(List.of()).isEmpty());
      assertTrue(task.conditioning(List.of(last)).isEmpty());
      assertTrue(task.conditioning(List.of(first, last)).isEmpty());
      assertTrue(task.conditioning(List.of(first, first)).isEmpty());
      assertTrue(task.conditioning(List.of(new Input.Image(picture(0), 3))).isEmpty());
    }
    Task both = Task.firstAndLastFrameToVideo(4);
    assertTrue(both.conditioning(List.of(first)).isEmpty());
    assertTrue(both.conditioning(List.of(first, first)).isEmpty());
  }

  @Test
  void saysWhatDoesNotFit() {
    assertThrows(
        PipelineException.class, () -> Input.Image.first(new VideoFrames(1, 1, 2, new byte[6])));
    assertThrows(PipelineException.class, () -> new Input.Image(picture(0), -2));
    VideoFrames narrow = new VideoFrames(2, 200, 1, new byte[1200]);
    assertEquals(
        "an image of 2x200: one side is 100 times as long as the other or more; cut it first",
        assertThrows(PipelineException.class, () -> Input.Image.first(narrow)).getMessage());
    assertThrows(PipelineException.class, () -> new Input.Reference(narrow));
    Conditioning both =
        Task.firstAndLastFrameToVideo(4)
            .conditioning(List.of(Input.Image.first(picture(1)), Input.Image.last(picture(2))))
            .orElseThrow();
    GenerationRequest still = GenerationRequest.empty().with(new ClipSize(32, 16, 1));
    assertEquals(
        "a clip of 1 frame has no last frame beside its first: use 5 frames or more",
        assertThrows(PipelineException.class, () -> both.check(still)).getMessage());
  }

  @Test
  void theProvenanceSaysWhatWasGiven() {
    Map<String, Object> settings = new LinkedHashMap<>();
    Task.firstAndLastFrameToVideo(4)
        .conditioning(List.of(Input.Image.first(picture(1)), Input.Image.last(picture(2))))
        .orElseThrow()
        .describe(settings);
    assertEquals(Map.of("image", "given", "last_image", "given"), settings);
  }
}
