package io.zoetrope.ops;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What every {@link Backend} must do of {@link BackendContract} as to convolutions. */
public abstract class ConvolutionContract extends FusedComparison {
  /** Side of the squares of results that may share their errors, and how large these may be. */
  private static final int TILE = 4;

  private static final float AMPLIFICATION = 8;

  /**
   * Whether all of a convolution is computed by an algorithm whose results share sums, so that the
   * largest of 4 x 4 neighbours bounds the errors of all.
   */
  protected boolean sharesErrors() {
    return false;
  }

  /**
   * What errors are measured against.
   *
   * @param absolute [frames, height, width, channels], the result for absolute values
   */
  private float[] magnitudes(Tensor absolute) {
    float[] values = absolute.toFloats();
    if (!sharesErrors()) {
      return values;
    }
    int height = absolute.intSize(1);
    int width = absolute.intSize(2);
    int channels = absolute.intSize(3);
    int tileColumns = Math.ceilDiv(width, TILE);
    int tileRows = Math.ceilDiv(height, TILE);
    float[] largest = new float[absolute.intSize(0) * tileRows * tileColumns * channels];
    int[] tiles = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int pixel = i / channels;
      int row = pixel / width % height;
      int frame = pixel / width / height;
      int tile = (frame * tileRows + row / TILE) * tileColumns + pixel % width / TILE;
      tiles[i] = tile * channels + i % channels;
      largest[tiles[i]] = Math.max(largest[tiles[i]], AMPLIFICATION * values[i]);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = largest[tiles[i]];
    }
    return values;
  }

  @Test
  void convolution() {
    int[][] kernels = {{1, 1, 1}, {3, 1, 1}, {1, 3, 3}, {3, 3, 3}, {2, 2, 1}};
    int[][] channels = {{1, 1}, {3, 16}, {16, 3}, {17, 33}, {5, 7}, {90, 16}};
    for (int[] kernel : kernels) {
      for (int[] channel : channels) {
        for (DType dtype : COMPUTED) {
          Tensor x = values(dtype, 2, 5, 7, channel[0]);
          Tensor weight =
              values(DType.BF16, channel[1], channel[0], kernel[0], kernel[1], kernel[2]);
          Tensor bias = values(DType.F32, channel[1]);
          ConvGeometry geometry = ConvGeometry.causal(kernel[0] - 1, kernel[1] / 2);
          convolution(x, null, weight, bias, geometry);
        }
      }
    }
  }

  @Test
  void convolutionOfWideRows() {
    ConvGeometry geometry = ConvGeometry.causal(0, 1);
    for (int width : new int[] {47, 48, 49, 101}) {
      Tensor weight = values(DType.F32, 18, 4, 1, 3, 3);
      convolution(values(DType.F32, 1, 3, width, 4), null, weight, null, geometry);
    }
  }

  /** Such windows can be read where they are. */
  @Test
  void convolutionWithoutPadding() {
    ConvGeometry geometry = ConvGeometry.causal(0, 0);
    for (DType dtype : COMPUTED) {
      Tensor bias = values(DType.F32, 18);
      Tensor square = values(dtype, 3, 14, 18, 5);
      convolution(square, null, values(DType.F32, 18, 5, 1, 3, 3), bias, geometry);
      convolution(square, null, values(DType.F32, 18, 5, 3, 3, 3), bias, geometry);
      // Long enough for blocks that begin and end within a row.
      Tensor row = values(dtype, 1, 6, 802, 5);
      convolution(row, null, values(DType.F32, 3, 5, 1, 3, 3), null, geometry);
    }
  }

  @Test
  void convolutionOfZeroFramesAlone() {
    for (DType dtype : COMPUTED) {
      Tensor x = values(dtype, 2, 5, 7, 6);
      Tensor weight = values(DType.F32, 18, 6, 1, 3, 3);
      Tensor bias = values(DType.F32, 18);
      for (int front : new int[] {0, 1}) {
        convolution(x, null, weight, bias, ConvGeometry.causal(front, 1));
        convolution(x, null, weight, bias, ConvGeometry.causal(front, 1).upsampled());
        convolution(x, null, weight, null, ConvGeometry.causal(front, 1).upsampled());
      }
    }
  }

  @Test
  void convolutionWithHistory() {
    for (int past : new int[] {1, 2, 4}) {
      for (DType dtype : COMPUTED) {
        Tensor x = values(dtype, 3, 4, 6, 8);
        Tensor history = values(dtype, past, 4, 6, 8);
        Tensor weight = values(DType.F16, 9, 8, 3, 3, 3);
        convolution(x, history, weight, null, ConvGeometry.causal(Math.max(0, 2 - past), 1));
      }
    }
  }

  @Test
  void convolutionWithStridesAndUnevenPadding() {
    Tensor x = values(DType.F32, 5, 7, 9, 6);
    Tensor bias = values(DType.BF16, 20);
    for (ConvGeometry geometry :
        List.of(
            new ConvGeometry(1, 2, 2, 0, 0, 1, 0, 1),
            new ConvGeometry(2, 1, 1, 1, 1, 0, 0, 2),
            new ConvGeometry(2, 2, 3, 2, 3, 3, 3, 3))) {
      convolution(x, null, values(DType.BF16, 20, 6, 3, 3, 3), bias, geometry);
      convolution(x, null, values(DType.F8_E5M2, 20, 6, 1, 2, 3), bias, geometry);
    }
  }

  private void convolution(
      Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    Tensor got =
        tested.conv3d(
            tested.upload(x),
            history == null ? null : tested.upload(history),
            place(weight),
            place(bias),
            geometry);
    Tensor past = history == null ? null : widened(history);
    Tensor want = reference.conv3d(widened(x), past, widened(weight), widened(bias), geometry);
    Tensor absolutePast = history == null ? null : absolute(history);
    Tensor magnitude =
        reference.conv3d(
            absolute(x),
            absolutePast,
            absolute(weight),
            bias == null ? null : absolute(bias),
            geometry);
    String what = "conv3d %s x %s, %s".formatted(x, weight, geometry);
    check(what, got, want, magnitudes(magnitude));
  }

  @Test
  void convolutionIntoASum() {
    int[][] kernels = {{1, 1, 1}, {3, 1, 1}, {1, 3, 3}, {3, 3, 3}};
    int[][] channels = {{1, 1}, {3, 17}, {16, 3}, {7, 33}};
    for (int[] kernel : kernels) {
      for (int[] channel : channels) {
        for (DType dtype : COMPUTED) {
          Tensor x = values(dtype, 2, 3, 49, channel[0]);
          Tensor history = kernel[0] == 1 ? null : values(dtype, 1, 3, 49, channel[0]);
          Tensor weight =
              values(DType.BF16, channel[1], channel[0], kernel[0], kernel[1], kernel[2]);
          Tensor bias = values(DType.F32, channel[1]);
          ConvGeometry geometry = ConvGeometry.causal(Math.max(0, kernel[0] - 2), kernel[1] / 2);
          Tensor residual = values(dtype, 2, 3, 49, channel[1]);
          new Convolution(x, history, weight, bias, geometry, residual).nearly();
        }
      }
    }
  }

  @Test
  void upsampledConvolution() {
    for (DType dtype : COMPUTED) {
      for (int[] size : new int[][] {{1, 1, 1, 1}, {1, 1, 2, 3}, {2, 3, 24, 7}, {1, 2, 49, 3}}) {
        Tensor x = values(dtype, size[0], size[1], size[2], size[3]);
        Tensor history = values(dtype, 1, size[1], size[2], size[3]);
        Tensor bias = values(DType.F32, 19);
        for (ConvGeometry geometry :
            List.of(
                ConvGeometry.causal(0, 1),
                ConvGeometry.causal(1, 2),
                new ConvGeometry(1, 2, 2, 0, 0, 1, 2, 1),
                new ConvGeometry(2, 1, 3, 0, 3, 0, 0, 2))) {
          ConvGeometry upsampled = geometry.upsampled();
          Tensor plane = values(DType.F16, 19, size[3], 1, 2, 3);
          new Convolution(x, null, plane, bias, upsampled, null).nearly();
          Tensor volume = values(DType.F32, 19, size[3], 2, 3, 2);
          new Convolution(x, history, volume, null, upsampled, null).nearly();
        }
      }
    }
  }

  @Test
  void convolutionIntoASumRoundsTwice() {
    assumeFalse(sharesErrors(), "whole numbers do not add up exactly in sums that are shared");
    Tensor x = integers(DType.BF16, 15, 2, 5, 7, 12);
    Tensor weight = integers(DType.BF16, 15, 18, 12, 1, 3, 3);
    Tensor bias = integers(DType.F32, 100, 18);
    ConvGeometry same = ConvGeometry.causal(0, 1);
    Tensor residual = integers(DType.BF16, 300, 2, 5, 7, 18);
    new Convolution(x, null, weight, bias, same, residual).exactly();
    Tensor large = integers(DType.BF16, 300, 2, 10, 14, 18);
    new Convolution(x, null, weight, bias, same.upsampled(), large).exactly();
  }

  /** A convolution into a new tensor, and one into the residual itself, against a chain. */
  private final class Convolution {
    private final String what;
    private final Tensor residual;
    private final Computation apart;
    private final Computation inPlace;
    private final Computation chain;

    Convolution(
        Tensor x,
        Tensor history,
        Tensor weight,
        Tensor bias,
        ConvGeometry geometry,
        Tensor residual) {
      this.what = "conv3d %s x %s, %s, residual %s".formatted(x, weight, geometry, residual);
      this.residual = residual;
      ConvGeometry plain = withoutUpsampling(geometry);
      chain =
          place -> {
            Tensor result =
                place
                    .ops()
                    .conv3d(
                        enlarged(place, x, geometry),
                        enlarged(place, history, geometry),
                        place.weight(weight),
                        place.weight(bias),
                        plain);
            return residual == null ? result : place.ops().add(place.activation(residual), result);
          };
      Shape shape = chain.in(referenceBackend()).shape();
      apart =
          place -> {
            Tensor there = place.activation(x);
            Tensor out = place.ops().allocate(there.dtype(), shape);
            place.run(
                new io.zoetrope.ops.Convolution(
                    out,
                    there,
                    place.activation(history),
                    place.weight(weight),
                    place.weight(bias),
                    geometry,
                    place.activation(residual)));
            return out;
          };
      inPlace =
          place -> {
            Tensor there = place.activation(x);
            Tensor past = place.activation(history);
            Tensor taps = place.weight(weight);
            if (residual == null) {
              return place.ops().conv3d(there, past, taps, place.weight(bias), geometry);
            }
            Tensor sum = place.activation(residual);
            place.ops().conv3dAddInPlace(sum, there, past, taps, place.weight(bias), geometry);
            return sum;
          };
    }

    private static Tensor enlarged(Place place, Tensor x, ConvGeometry geometry) {
      if (x == null || geometry.upsample() == 1) {
        return place.activation(x);
      }
      return place
          .ops()
          .upsampleNearest(place.activation(x), x.size(0), 2 * x.size(1), 2 * x.size(2), true);
    }

    private static ConvGeometry withoutUpsampling(ConvGeometry g) {
      return new ConvGeometry(
          g.strideFrames(),
          g.strideHeight(),
          g.strideWidth(),
          g.front(),
          g.top(),
          g.bottom(),
          g.left(),
          g.right());
    }

    void nearly() {
      Function<Tensor, float[]> magnitudes = ConvolutionContract.this::magnitudes;
      ConvolutionContract.this.nearly(what, apart, chain, residual, magnitudes);
      ConvolutionContract.this.nearly(what + ", in place", inPlace, chain, residual, magnitudes);
    }

    void exactly() {
      ConvolutionContract.this.exactly(what, apart, chain);
      ConvolutionContract.this.exactly(what + ", in place", inPlace, chain);
    }
  }
}
