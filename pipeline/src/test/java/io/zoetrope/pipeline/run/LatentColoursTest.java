package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.weights.SafetensorsFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Colours of latents are those of the demo model's clips. */
class LatentColoursTest {
  private static final Path DEMO = Fixtures.path("../demo-model").normalize();
  private static Backend cpu;
  private static LatentColours quick;
  private static LatentColours kept;

  @BeforeAll
  static void fit() {
    cpu = BackendProvider.open("cpu", 2);
    FamilyModel model =
        Family.open(
            ModelFolder.open(DEMO.resolve("model")), new ModelPrecision(DType.F32, DType.F32));
    kept = model.latentColours().orElseThrow();
    try (Opened<VideoCodec> codec = model.codec().open(cpu);
        Ops ops = new Ops(cpu)) {
      quick = ColourFit.quick(ops, codec.model(), model.geometry());
    }
  }

  @AfterAll
  static void close() {
    cpu.close();
  }

  /**
   * The map that is best for a clip itself has 19 to 28 dB with these models; a picture of grey has
   * 8 to 14.
   */
  @ParameterizedTest
  @CsvSource({"0, 16, 18", "1, 16, 19", "2, 16, 21"})
  void theyAreThoseOfTheClip(int prompt, double leastOfQuick, double leastOfKept) {
    requirePsnr(quick, prompt, leastOfQuick);
    requirePsnr(kept, prompt, leastOfKept);
  }

  private static void requirePsnr(LatentColours colours, int prompt, double least) {
    try (var golden =
        SafetensorsFile.open(DEMO.resolve("golden/prompt" + prompt + ".safetensors"))) {
      Tensor steps = golden.tensor("latents_after_step").load();
      Tensor last = steps.select(0, steps.size(0) - 1);
      VideoFrames pictures = colours.pictures(Tensor.of(last.toFloats(), last.shape().sizes()));
      Tensor frames = golden.tensor("frames_uint8").load();
      assertEquals((frames.size(0) - 1) / 4 + 1, pictures.frames());
      double squares = 0;
      for (int i = 0; i < pictures.frames(); i++) {
        // The frame in the middle of those that the latent frame stands for.
        float[] shown = frames.select(0, i == 0 ? 0 : 4 * i - 1).toFloats();
        byte[] rgb = new byte[shown.length];
        for (int k = 0; k < rgb.length; k++) {
          rgb[k] = (byte) shown[k];
        }
        VideoFrames small =
            Resampling.BICUBIC.resize(
                new VideoFrames(frames.intSize(2), frames.intSize(1), 1, rgb),
                pictures.width(),
                pictures.height());
        byte[] expected = small.frame(0);
        byte[] actual = pictures.frame(i);
        for (int k = 0; k < expected.length; k++) {
          squares += Math.pow((expected[k] & 0xff) - (actual[k] & 0xff), 2);
        }
      }
      int samples = 3 * pictures.width() * pictures.height() * pictures.frames();
      double psnr = 10 * Math.log10(255.0 * 255.0 * samples / squares);
      assertTrue(psnr >= least, "PSNR " + psnr);
    }
  }
}
