package io.zoetrope.pipeline.task;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Control;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the control branch is given to read; that it equals diffusers' is a matter of parity. */
class ControlBranchTest {
  private static final Task TASK = Task.control(new ControlGrid(8, 16, 2));
  private static final ClipSize SIZE = new ClipSize(32, 16, 5);

  private final Ops ops = new Ops(new ReferenceBackend());

  /** Makes latents of 1 channel: each is the value of the pixel in its corner. */
  private record Corners() implements VideoCodec {
    @Override
    public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
      int frames = (int) (video.frames() - 1) / 4 + 1;
      Tensor first = video.read(0, 1);
      int height = first.intSize(1) / 8;
      int width = first.intSize(2) / 8;
      float[] latents = new float[frames * height * width];
      for (int i = 0; i < latents.length; i++) {
        int frame = i / (height * width);
        float[] pixels = video.read(frame == 0 ? 0 : frame * 4 - 3, 1).toFloats();
        int row = i / width % height * 8;
        latents[i] = pixels[(row * width * 8 + i % width * 8) * 3];
      }
      return ops.upload(Tensor.of(latents, 1, frames, height, width));
    }

    @Override
    public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
      throw new UnsupportedOperationException();
    }
  }

  private static VideoFrames clip(int width, int height, int frames, int level) {
    byte[] rgb = new byte[width * height * frames * 3];
    Arrays.fill(rgb, (byte) level);
    return new VideoFrames(width, height, frames, rgb);
  }

  private static GenerationRequest request() {
    return GenerationRequest.empty().with(SIZE);
  }

  private static Conditioning conditioning(Input... inputs) {
    return TASK.conditioning(List.of(inputs)).orElseThrow();
  }

  private Control control(GenerationRequest request, Input... inputs) {
    Conditioning conditioning = conditioning(inputs);
    conditioning.check(request);
    conditioning.encode(ops, new Corners(), null);
    return conditioning.conditions(Conditions.of(List.of())).control().orElseThrow();
  }

  /** The values of a channel. */
  private static float[] channel(Control control, int index) {
    return control.latents().select(0, index).toFloats();
  }

  private static float[] all(int count, float value) {
    float[] values = new float[count];
    Arrays.fill(values, value);
    return values;
  }

  @Test
  void withoutInputsAllIsGreyAndMadeAnew() {
    Control control = control(request());
    assertEquals(Shape.of(66, 2, 2, 4), control.latents().shape());
    assertArrayEquals(all(16, 0), channel(control, 0));
    assertArrayEquals(all(16, 0), channel(control, 1));
    assertArrayEquals(all(16, 1), channel(control, 2));
    assertArrayEquals(all(16, 1), channel(control, 65));
    assertEquals(List.of(1.0, 1.0), control.scales());
  }

  /** Grey levels stay in the mask, and decide only at which side of the middle a pixel is. */
  @Test
  void aMaskPartsTheClip() {
    Input.Control white = new Input.Control(clip(32, 16, 5, 255));
    Control light =
        control(
            request().with(Setting.CONDITIONING_SCALE, List.of(0.5, 2.0)),
            white,
            new Input.Mask(clip(32, 16, 1, 153)));
    assertArrayEquals(all(16, 0), channel(light, 0));
    assertArrayEquals(all(16, 1), channel(light, 1));
    assertArrayEquals(all(16, 0.6f), channel(light, 2), 1e-6f);
    assertEquals(List.of(0.5, 2.0), light.scales());
    Control dark = control(request(), white, new Input.Mask(clip(32, 16, 5, 51)));
    assertArrayEquals(all(16, 1), channel(dark, 0));
    assertArrayEquals(all(16, 0), channel(dark, 1));
    assertArrayEquals(all(16, 0.2f), channel(dark, 65), 1e-6f);
  }

  /** The last one is in front; nothing of them is made anew. They are thrown away at the end. */
  @Test
  void referencesStandInFront() {
    Conditioning conditioning =
        conditioning(
            new Input.Reference(clip(32, 16, 1, 0)), new Input.Reference(clip(32, 16, 1, 255)));
    Control control =
        control(
            request(),
            new Input.Reference(clip(32, 16, 1, 0)),
            new Input.Reference(clip(32, 16, 1, 255)));
    assertEquals(Shape.of(66, 4, 2, 4), control.latents().shape());
    float[] inactive = channel(control, 0);
    assertEquals(1, inactive[0]);
    assertEquals(-1, inactive[8]);
    assertEquals(0, inactive[16]);
    assertArrayEquals(all(16, 0), Arrays.copyOf(channel(control, 2), 16));
    assertEquals(1, channel(control, 2)[16]);
    assertEquals(Shape.of(1, 4, 2, 4), conditioning.latents(Shape.of(1, 2, 2, 4)));
    Tensor latents = ops.upload(Tensor.of(new float[] {1, 2, 3, 4}, 1, 4, 1, 1));
    assertArrayEquals(new float[] {3, 4}, conditioning.finish(ops, latents).toFloats());
  }

  /** A narrow picture on white, in the middle. */
  @Test
  void aReferenceIsFittedIntoTheClip() {
    Canvas canvas = Canvas.of(clip(8, 24, 1, 0), 32, 16, 8);
    assertEquals(5, canvas.shownWidth());
    assertEquals(16, canvas.shownHeight());
    float[] values = canvas.values();
    assertEquals(1, values[12 * 3]);
    assertEquals(-1, values[13 * 3]);
    assertEquals(-1, values[17 * 3]);
    assertEquals(1, values[18 * 3]);
  }

  @Test
  void aLargerControlClipIsMadeSmaller() {
    Control control = control(request(), new Input.Control(clip(64, 64, 5, 7)));
    assertEquals(Shape.of(66, 2, 2, 2), control.latents().shape());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          32 | 16 | 1 | 32 | 16 | 1 | the control clip has 1 frames, the request 5: ask for as many, or cut it
          32 | 16 | 5 | 16 | 16 | 5 | the mask has 5 frames of 16x16, the control clip 5 frames of 32x16
          32 | 16 | 5 | 32 | 16 | 4 | the mask has 4 frames of 32x16, the control clip 5 frames of 32x16
          800 | 16 | 5 | 800 | 16 | 5 | in a clip of 32x16 its sides fall below 16 pixels
          """)
  void saysWhatDoesNotFit(
      int width, int height, int frames, int maskWidth, int maskHeight, int masks, String text) {
    Conditioning conditioning =
        conditioning(
            new Input.Control(clip(width, height, frames, 0)),
            new Input.Mask(clip(maskWidth, maskHeight, masks, 0)));
    String message =
        assertThrows(PipelineException.class, () -> conditioning.check(request())).getMessage();
    assertTrue(message.contains(text), message);
  }

  @Test
  void saysWhichReferencesAndScalesDoNotFit() {
    Conditioning small = conditioning(new Input.Reference(clip(7, 90, 1, 0)));
    assertTrue(
        assertThrows(PipelineException.class, () -> small.check(request()))
            .getMessage()
            .startsWith("a reference of 7x90 is too small or too narrow for a clip of 32x16"));
    Conditioning none = conditioning();
    GenerationRequest three = request().with(Setting.CONDITIONING_SCALE, List.of(1.0, 1.0, 1.0));
    assertEquals(
        "3 conditioning scales: the model takes 1, or one for each of 2 blocks that take hints",
        assertThrows(PipelineException.class, () -> none.check(three)).getMessage());
    assertTrue(TASK.conditioning(List.of(new Input.Mask(clip(8, 8, 1, 0)))).isEmpty());
    assertTrue(TASK.conditioning(List.of(Input.Image.first(clip(8, 8, 1, 0)))).isEmpty());
  }

  @Test
  void theProvenanceSaysWhatWasGiven() {
    Map<String, Object> settings = new LinkedHashMap<>();
    conditioning(
            new Input.Reference(clip(8, 8, 1, 0)),
            new Input.Control(clip(8, 8, 5, 0)),
            new Input.Mask(clip(8, 8, 5, 0)))
        .describe(settings);
    assertEquals(Map.of("video", "given", "mask", "given", "reference_images", 1), settings);
  }
}
