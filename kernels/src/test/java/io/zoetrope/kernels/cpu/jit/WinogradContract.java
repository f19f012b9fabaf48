package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.memory.PackedWeight;
import io.zoetrope.kernels.cpu.jit.memory.PlacedWeight;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.cases.Bound;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of convolutions where minimal filtering does all that it can do. */
abstract class WinogradContract extends BackendContract {
  abstract Machine machine();

  private Backend open(ConvolutionAlgorithm algorithm) {
    Machine machine = machine();
    return new GeneratedBackend(2, machine.set(), machine.loader(), algorithm);
  }

  @Override
  protected Backend open() {
    return open(ConvolutionAlgorithm.WINOGRAD);
  }

  @Override
  protected boolean sharesErrors() {
    return true;
  }

  /** Whole numbers do not add up exactly in sums that are shared. */
  @Override
  protected Stream<OperationCase> cases() {
    return super.cases()
        .filter(test -> test.operation().startsWith("conv3d") && test.bound() != Bound.EQUAL);
  }

  /** What the points were chosen for. */
  @Test
  void errorsAreAFewTimesThoseOfTheDirectForm() {
    TorchGenerator random = TorchGenerator.manualSeed(5);
    Tensor x = random.randn(1, 16, 20, 48);
    Tensor weight = random.randn(17, 48, 1, 3, 3);
    double direct = error(ConvolutionAlgorithm.IMPLICIT_GEMM, x, weight);
    double minimal = error(ConvolutionAlgorithm.WINOGRAD, x, weight);
    assertTrue(direct > 0 && minimal > direct, "not two algorithms: " + direct + ", " + minimal);
    assertTrue(minimal < 4 * direct, minimal + " against " + direct);
  }

  /** What is not finite shows wherever the definition shows it, and spreads within tiles alone. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
  void valuesThatAreNotFiniteStayInTheirTiles(float value) {
    TorchGenerator random = TorchGenerator.manualSeed(6);
    int side = 12;
    int pixel = 4;
    Tensor x = random.randn(1, side, side, 3);
    Tensor weight = random.randn(2, 3, 1, 3, 3);
    try (Backend backend = open();
        Ops ops = new Ops(backend)) {
      ConvGeometry geometry = ConvGeometry.causal(0, 1);
      float[] clean = ops.conv3d(x, null, weight, null, geometry).toFloats();
      float[] pixels = x.toFloats();
      pixels[(pixel * side + pixel) * 3 + 1] = value;
      Tensor spoilt = Tensor.of(pixels, 1, side, side, 3);
      float[] got = ops.conv3d(spoilt, null, weight, null, geometry).toFloats();
      for (int i = 0; i < got.length; i++) {
        int row = i / 2 / side;
        int column = i / 2 % side;
        String place = "[%d, %d]: %s".formatted(row, column, got[i]);
        if (Math.abs(row - pixel) <= 1 && Math.abs(column - pixel) <= 1) {
          assertFalse(Float.isFinite(got[i]), place);
        } else if (row >= 2 * Winograd.TILE || column >= 2 * Winograd.TILE) {
          assertEquals(clean[i], got[i], place);
        }
      }
    }
  }

  /** Root of the mean square against float64. */
  private double error(ConvolutionAlgorithm algorithm, Tensor x, Tensor weight) {
    try (Backend backend = open(algorithm);
        Ops ops = new Ops(backend)) {
      float[] got = ops.conv3d(x, null, weight, null, ConvGeometry.causal(0, 1)).toFloats();
      double[] want = exact(x, weight);
      double squares = 0;
      for (int i = 0; i < got.length; i++) {
        squares += (got[i] - want[i]) * (got[i] - want[i]);
      }
      return Math.sqrt(squares / got.length);
    }
  }

  /** One frame, one zero around it. */
  private static double[] exact(Tensor x, Tensor weight) {
    float[] pixels = x.toFloats();
    float[] taps = weight.toFloats();
    int height = x.intSize(1);
    int width = x.intSize(2);
    int channels = x.intSize(3);
    int outChannels = weight.intSize(0);
    double[] out = new double[height * width * outChannels];
    for (int i = 0; i < out.length; i++) {
      int row = i / outChannels / width;
      int column = i / outChannels % width;
      for (int tap = 0; tap < 9; tap++) {
        int y = row + tap / 3 - 1;
        int z = column + tap % 3 - 1;
        if (y >= 0 && y < height && z >= 0 && z < width) {
          for (int channel = 0; channel < channels; channel++) {
            double factor = taps[(i % outChannels * channels + channel) * 9 + tap];
            out[i] += factor * pixels[(y * width + z) * channels + channel];
          }
        }
      }
    }
    return out;
  }

  /** Weights that were placed are transformed once, to the size that is predicted. */
  @Test
  void transformedWeightsAreAsLargeAsIsSaid() {
    for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
      try (Backend backend = open();
          Backend definition = new ReferenceBackend();
          Ops ops = new Ops(backend)) {
        Tensor x = Tensor.zeros(DType.F32, 1, 5, 9, 6);
        Tensor weight = definition.place(Tensor.zeros(dtype, 35, 6, 3, 3, 3), dtype);
        Tensor placed = backend.place(weight, dtype);
        ConvGeometry geometry = ConvGeometry.causal(2, 1);
        ops.conv3d(x, null, placed, null, geometry);
        ops.conv3d(x, null, placed, null, geometry);
        List<PackedWeight> packed = packed(placed);
        assertEquals(1, packed.size());
        long panels = Math.ceilDiv(35, machine().set().panelWidth());
        long bytes = panels * machine().set().panelWidth() * Float.BYTES * 6 * 3 * 36;
        assertEquals(bytes, packed.getFirst().panels().byteSize());
        assertEquals(bytes, ops.weightBytes());
      }
    }
  }

  /** A weight that serves small and large frames is there in both forms, and both are counted. */
  @Test
  void bothFormsOfAWeightAreCounted() {
    try (Backend backend = open(ConvolutionAlgorithm.AUTO);
        Ops ops = new Ops(backend)) {
      Tensor weight = backend.place(Tensor.zeros(DType.F32, 16, 16, 1, 3, 3), DType.F32);
      for (int side : new int[] {16, 8, 16, 8}) {
        Tensor x = Tensor.zeros(DType.F32, 1, side, side, 16);
        ops.conv3d(x, null, weight, null, ConvGeometry.causal(0, 1));
      }
      List<PackedWeight> packed = packed(weight);
      assertEquals(2, packed.size());
      assertEquals(
          packed.stream().mapToLong(form -> form.panels().byteSize()).sum(), ops.weightBytes());
    }
  }

  private static List<PackedWeight> packed(Tensor weight) {
    return List.copyOf(((PlacedWeight) weight.storage()).packed().values());
  }
}
