package io.zoetrope.upscale;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Renamed;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The networks against BasicSR and TensorFlow.js, on every kind of device. */
class UpscalerTest {
  private static final String GOLDEN = "golden/";

  private static WeightSource resource(String name) {
    try {
      return WeightSource.open(Path.of(UpscalerTest.class.getResource(name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static WeightSource shipped(int scale) {
    return WeightSource.open(
        Fixtures.path("../upscale-model/esrgan-slim-%dx.safetensors".formatted(scale)));
  }

  /** The weights of a fixture, without its results, under other names. */
  private static WeightSource network(WeightSource fixture, UnaryOperator<String> newName) {
    return new Renamed(fixture, name -> name.startsWith(GOLDEN) ? null : newName.apply(name));
  }

  private static Tensor upscale(
      WeightSource weights, Tensor picture, DType dtype, String device, Integer side) {
    try (Backend backend = BackendProvider.open(device, 1);
        Ops ops = new Ops(backend)) {
      Upscaler network = Upscaler.load(weights, backend, dtype);
      Tensor batch = picture.reshape(1, picture.size(0), picture.size(1), 3);
      Tensor enlarged =
          side == null
              ? network.forward(ops, ops.cast(ops.upload(batch), dtype))
              : new TiledUpscaler(network, side).forward(ops, ops.upload(batch));
      return ops.download(enlarged).select(0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "2, F32, reference",
    "4, F32, cpu",
    "2, F32, cpu",
    "2, F32, 'cpu,gemm=vector'",
    "2, F32, cuda-emulated",
    "4, BF16, cpu",
    "2, BF16, reference",
  })
  void rrdbNetAgreesWithBasicSr(int scale, DType dtype, String device) {
    try (WeightSource fixture = resource("rrdbnet_x%d.safetensors".formatted(scale));
        WeightSource weights = network(fixture, name -> name)) {
      Tensor picture = fixture.tensor(GOLDEN + "picture").load();
      float[] expected = fixture.tensor(GOLDEN + "enlarged_float64").load().toFloats();
      Tensor enlarged = upscale(weights, picture, dtype, device, null);
      assertEquals(scale * picture.size(0), enlarged.size(0));
      assertEquals(scale * picture.size(1), enlarged.size(1));
      Difference difference = Difference.of("enlarged", expected, enlarged.toFloats());
      if (dtype == DType.F32) {
        float[] float32 = fixture.tensor(GOLDEN + "enlarged").load().toFloats();
        double cost = Difference.of("enlarged", expected, float32).maxAbs();
        assertTrue(difference.maxAbs() <= 10 * cost, difference + " of " + cost);
      } else {
        assertTrue(difference.relativeRms() < 0.02, difference.toString());
      }
    }
  }

  /** Levels from 0 to 255, as the original has them: rounding to pixels is coarser. */
  @ParameterizedTest
  @CsvSource({"2, reference", "2, cpu", "4, cpu", "2, 'cpu,gemm=vector'"})
  void shippedNetworksAgreeWithTheOriginals(int scale, String device) {
    try (WeightSource golden = resource("esrgan_slim.safetensors");
        WeightSource weights = shipped(scale)) {
      Tensor levels = golden.tensor("picture").load();
      float[] values = levels.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] /= 255;
      }
      Tensor picture = Tensor.of(values, levels.shape().sizes());
      float[] enlarged = upscale(weights, picture, DType.F32, device, null).toFloats();
      for (int i = 0; i < enlarged.length; i++) {
        enlarged[i] *= 255;
      }
      float[] expected = golden.tensor("x" + scale).load().toFloats();
      Difference difference = Difference.of("x" + scale, expected, enlarged);
      assertTrue(difference.maxAbs() < 2e-3, difference.toString());
    }
  }

  /** Tiles see all pixels that have an effect, so that nothing but rounding tells them apart. */
  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void tilesMakeNoDifference(int side) {
    Tensor picture = waves(45, 37);
    try (WeightSource weights = shipped(2)) {
      float[] whole = upscale(weights, picture, DType.F32, "cpu", null).toFloats();
      float[] tiled = upscale(weights, picture, DType.F32, "cpu", side).toFloats();
      Difference difference = Difference.of("tiled", whole, tiled);
      assertTrue(difference.maxAbs() < 1e-5, difference.toString());
    }
  }

  /** A network that reaches further than tiles see, and sides that are no multiples of patches. */
  @Test
  void tilesOfDeepNetworksNearlyMakeNone() {
    Tensor picture = waves(45, 37);
    Tensor even = waves(46, 38);
    try (WeightSource fixture = resource("rrdbnet_x2.safetensors");
        WeightSource weights = network(fixture, name -> name)) {
      float[] whole = upscale(weights, even, DType.F32, "cpu", null).toFloats();
      Difference ofTiles =
          Difference.of("tiled", whole, upscale(weights, even, DType.F32, "cpu", 16).toFloats());
      assertTrue(ofTiles.relativeRms() < 1e-3, ofTiles.toString());
      Tensor odd = upscale(weights, picture, DType.F32, "cpu", 16);
      assertEquals(2 * 45, odd.size(0));
      assertEquals(2 * 37, odd.size(1));
    }
  }

  private static Tensor waves(int height, int width) {
    float[] values = new float[height * width * 3];
    for (int i = 0; i < values.length; i++) {
      int x = i / 3 % width;
      int y = i / 3 / width;
      values[i] = (float) (0.5 + 0.25 * Math.sin(0.7 * x + i % 3) + 0.25 * Math.cos(0.9 * y));
    }
    return Tensor.of(values, height, width, 3);
  }

  /** As the files of ESRGAN's second and first version spell them. */
  @Test
  void namesOfOlderFilesAreKnown() {
    List<UnaryOperator<String>> spellings =
        List.of(
            name -> "params_ema." + name,
            name ->
                name.replaceFirst("^body\\.(\\d+)\\.rdb(\\d)", "RRDB_trunk.$1.RDB$2")
                    .replace("conv_body", "trunk_conv")
                    .replace("conv_up", "upconv")
                    .replace("conv_hr", "HRconv"),
            name ->
                name.replaceFirst(
                        "^body\\.(\\d+)\\.rdb(\\d)\\.conv(\\d)", "model.1.sub.$1.RDB$2.conv$3.0")
                    .replace("conv_first", "model.0")
                    .replace("conv_body", "model.1.sub.2")
                    .replace("conv_up1", "model.3")
                    .replace("conv_up2", "model.6")
                    .replace("conv_hr", "model.8")
                    .replace("conv_last", "model.10"));
    try (WeightSource fixture = resource("rrdbnet_x4.safetensors")) {
      Tensor picture = fixture.tensor(GOLDEN + "picture").load();
      float[] expected =
          upscale(network(fixture, name -> name), picture, DType.F32, "reference", null).toFloats();
      for (UnaryOperator<String> spelling : spellings) {
        float[] found =
            upscale(network(fixture, spelling), picture, DType.F32, "reference", null).toFloats();
        assertEquals(0, Difference.of("enlarged", expected, found).maxAbs());
      }
    }
  }

  @Test
  void otherFilesAreRefused() {
    try (WeightSource fixture = resource("rrdbnet_x4.safetensors");
        Backend backend = BackendProvider.open("reference", 1)) {
      assertRefused(fixture, backend, "golden/", "does not use");
      assertRefused(
          network(fixture, name -> name.startsWith("body") ? null : name),
          backend,
          "no network that enlarges",
          "RRDBNet");
      assertRefused(
          network(fixture, name -> name.equals("conv_hr.bias") ? null : name),
          backend,
          "no tensor 'conv_hr.bias'");
      assertRefused(
          network(fixture, name -> name.replace("conv_up2", "conv_up9")), backend, "conv_up9");
    }
  }

  private static void assertRefused(WeightSource file, Backend backend, String... parts) {
    String message =
        assertThrows(WeightsException.class, () -> Upscaler.load(file, backend, DType.F32))
            .getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
  }
}
