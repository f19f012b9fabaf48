package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Convolutions, by in channels x out channels x frames x height x width. */
final class ConvolutionCases {
  private static final ConvGeometry AROUND = ConvGeometry.causal(0, 1);
  private static final ConvGeometry FLAT = ConvGeometry.causal(0, 0);

  private static final Signature CONV3D =
      new Signature(
          "conv3d",
          (ops, a) ->
              ops.conv3d(
                  a.tensor("x"),
                  a.optional("history"),
                  a.tensor("weight"),
                  a.optional("bias"),
                  a.value("geometry", ConvGeometry.class)));
  private static final Signature CONV3D_ADD =
      new Signature(
          "conv3dAddInPlace",
          (ops, a) -> {
            Tensor out = a.tensor("out");
            ops.conv3dAddInPlace(
                out,
                a.tensor("x"),
                a.optional("history"),
                a.tensor("weight"),
                a.optional("bias"),
                a.value("geometry", ConvGeometry.class));
            return out;
          });

  /** As backends also have it: the sum of the result and {@code out} is a tensor of its own. */
  private static final Signature CONV3D_ADD_APART =
      new Signature(
          "conv3dAddInPlace",
          (ops, a) -> {
            Tensor added = a.tensor("out");
            Tensor out = ops.allocate(added.dtype(), added.shape());
            ops.backend()
                .run(
                    new Convolution(
                        out,
                        a.tensor("x"),
                        a.optional("history"),
                        a.tensor("weight"),
                        a.optional("bias"),
                        a.value("geometry", ConvGeometry.class),
                        added));
            return out;
          });

  private final List<Entry> entries = new ArrayList<>();

  private ConvolutionCases() {}

  static List<Entry> entries() {
    ConvolutionCases cases = new ConvolutionCases();
    cases.models();
    cases.geometries();
    cases.sums();
    return cases.entries;
  }

  /** What the autoencoders of models are made of. */
  private void models() {
    new Kernel(3, 3, 3, AROUND)
        .history(2)
        .add("3x3x3 %s")
        .checked("8x20x3x5x9", "8x9x3x4x6", "40x100x3x5x9", "5x20x3x5x9")
        .measured(
            "64x64x1x8x8",
            "64x64x2x16x16",
            "32x32x4x32x32",
            "16x16x4x64x64",
            "16x3x4x64x64",
            "16x384x1x32x32",
            "384x384x1x32x32",
            "384x384x2x64x64",
            "192x384x2x64x64",
            "192x192x4x128x128",
            "96x96x4x256x256",
            "96x3x4x256x256")
        .selfTest("96x96x1x5x5", "96x96x4x240x240");
    new Kernel(3, 3, 3, AROUND)
        .history(2)
        .add("3x3x3 to 128 channels %s")
        .selfTest("96x128x1x5x5", "96x128x4x240x240");
    new Kernel(1, 1, 1, FLAT)
        .add("1x1x1 %s")
        .checked("1x1x2x5x7", "3x16x2x5x7", "16x3x2x5x7", "17x33x2x5x7", "90x16x2x5x7")
        .measured("192x384x2x64x64");
    new Kernel(3, 1, 1, FLAT)
        .history(2)
        .add("3x1x1 %s")
        .checked("16x3x2x5x7", "3x16x2x5x7", "17x33x2x5x7")
        .measured("64x128x1x8x8", "384x768x1x32x32");
    new Kernel(1, 3, 3, AROUND.upsampled())
        .add("1x3x3 doubled %s")
        .checked("8x20x1x3x5", "1x19x1x1x1", "3x19x1x1x2", "7x19x2x3x24", "3x19x1x2x49")
        .measured("64x32x2x8x8", "384x192x2x32x32", "192x96x4x128x128");
    new Kernel(1, 3, 3, new ConvGeometry(1, 2, 2, 0, 0, 1, 0, 1))
        .add("1x3x3 halved %s")
        .checked("8x20x5x7x9", "6x20x5x7x9")
        .measured("96x96x4x256x256", "192x192x4x128x128");
  }

  /** Kernels, strides, and paddings of all kinds. */
  private void geometries() {
    String[] channels = {
      "16x3x2x5x7", "1x1x2x5x7", "3x16x2x5x7", "17x33x2x5x7", "5x7x2x5x7", "90x16x2x5x7"
    };
    new Kernel(3, 1, 1, ConvGeometry.causal(2, 0)).add("3x1x1 causal %s").checked(channels);
    new Kernel(3, 3, 3, ConvGeometry.causal(2, 1)).add("3x3x3 causal %s").checked(channels);
    new Kernel(2, 2, 1, ConvGeometry.causal(1, 1)).add("2x2x1 causal %s").checked(channels);
    new Kernel(1, 3, 3, AROUND)
        .add("1x3x3 %s")
        .checked(
            "16x3x2x5x7",
            "1x1x2x5x7",
            "3x16x2x5x7",
            "17x33x2x5x7",
            "5x7x2x5x7",
            "90x16x2x5x7",
            "4x18x1x3x47",
            "4x18x1x3x48",
            "4x18x1x3x49",
            "4x18x1x3x101");
    // Such windows can be read where they are; in long rows, blocks begin and end within a row.
    new Kernel(1, 3, 3, FLAT).add("1x3x3 unpadded %s").checked("5x18x3x14x18", "5x3x1x6x802");
    new Kernel(3, 3, 3, FLAT).add("3x3x3 unpadded %s").checked("5x18x3x14x18");
    new Kernel(1, 3, 3, ConvGeometry.causal(1, 1))
        .add("1x3x3 after a zero frame %s")
        .checked("6x18x2x5x7");
    new Kernel(1, 3, 3, ConvGeometry.causal(1, 1).upsampled())
        .add("1x3x3 doubled after a zero frame %s")
        .checked("6x18x2x5x7");
    for (int past : new int[] {1, 4}) {
      new Kernel(3, 3, 3, ConvGeometry.causal(Math.max(0, 2 - past), 1))
          .history(past)
          .withoutBias()
          .add("3x3x3 after " + past + " frames %s")
          .checked("8x9x3x4x6", "8x9x3x4x6");
    }
    ConvGeometry uneven = new ConvGeometry(2, 1, 1, 1, 1, 0, 0, 2);
    ConvGeometry long3 = new ConvGeometry(2, 2, 3, 2, 3, 3, 3, 3);
    ConvGeometry mixed = new ConvGeometry(2, 2, 3, 0, 0, 1, 2, 1);
    for (ConvGeometry geometry : List.of(uneven, long3, mixed)) {
      String where = " " + geometry.strideFrames() + geometry.strideHeight();
      where += geometry.strideWidth() + " " + geometry.front() + geometry.top() + " %s";
      new Kernel(3, 3, 3, geometry).add("3x3x3" + where).checked("6x20x5x7x9");
      new Kernel(1, 2, 3, geometry).withoutBias().add("1x2x3" + where).checked("6x20x5x7x9");
      new Kernel(1, 3, 2, geometry)
          .add("1x3x2" + where)
          .checked("8x19x3x5x9", "6x20x5x7x9", "40x99x3x5x9");
    }
    String[][] doubled = {{"7x19x2x3x24", "1x19x1x1x1"}, {"3x19x1x1x2", "3x19x1x2x49"}};
    List<ConvGeometry> strided =
        List.of(
            AROUND,
            ConvGeometry.causal(1, 2),
            new ConvGeometry(1, 2, 2, 0, 0, 1, 2, 1),
            new ConvGeometry(2, 1, 3, 0, 3, 0, 0, 2));
    for (int i = 0; i < strided.size(); i++) {
      ConvGeometry geometry = strided.get(i);
      String where = " doubled, strides " + geometry.strideFrames() + geometry.strideHeight();
      where += geometry.strideWidth() + ", padding " + geometry.front() + geometry.top();
      where += " %s";
      // Of each kernel every other shape, so that each shape meets both kernels.
      new Kernel(1, 2, 3, geometry.upsampled()).add("1x2x3" + where).checked(doubled[i % 2]);
      new Kernel(2, 3, 2, geometry.upsampled())
          .history(1)
          .withoutBias()
          .add("2x3x2" + where)
          .checked(doubled[1 - i % 2]);
    }
  }

  private void sums() {
    new Kernel(3, 3, 3, AROUND)
        .history(2)
        .into()
        .add("3x3x3 %s")
        .checked("8x20x3x5x9", "5x20x3x5x9", "40x100x3x5x9", "7x33x2x3x49")
        .measured("64x64x2x16x16", "384x384x2x64x64", "192x192x4x128x128", "96x96x4x256x256")
        .selfTest("96x96x1x5x5", "96x96x4x240x240");
    String[] channels = {"16x3x2x3x49", "1x1x2x3x49", "3x17x2x3x49", "7x33x2x3x49"};
    new Kernel(1, 1, 1, FLAT).into().add("1x1x1 %s").checked(channels);
    new Kernel(1, 3, 3, AROUND).into().add("1x3x3 %s").checked(channels);
    new Kernel(1, 3, 3, AROUND.upsampled())
        .into()
        .add("1x3x3 doubled %s")
        .checked("16x3x2x3x9", "7x33x2x3x9");
    new Kernel(3, 1, 1, ConvGeometry.causal(1, 0))
        .history(1)
        .into()
        .add("3x1x1 %s")
        .checked(channels);
    new Kernel(3, 3, 3, AROUND).history(2).apart().add("3x3x3 apart %s").checked(channels);
    for (ConvGeometry geometry : List.of(AROUND, AROUND.upsampled())) {
      new Kernel(1, 3, 3, geometry)
          .into()
          .wholeNumbers()
          .add("1x3x3 by " + geometry.upsample() + " in whole numbers %s")
          .bound(Bound.EQUAL)
          .dtypes(DType.BF16)
          .matchingWeights()
          .checked("12x18x2x5x7");
    }
  }

  /** A convolution that becomes an entry. */
  private final class Kernel {
    private final int frames;
    private final int height;
    private final int width;
    private final ConvGeometry geometry;
    private int past;
    private boolean bias = true;
    private Signature operation = CONV3D;
    private boolean whole;

    Kernel(int frames, int height, int width, ConvGeometry geometry) {
      this.frames = frames;
      this.height = height;
      this.width = width;
      this.geometry = geometry;
    }

    Kernel history(int ofFrames) {
      past = ofFrames;
      return this;
    }

    Kernel withoutBias() {
      bias = false;
      return this;
    }

    /** The result is added to the first operand. */
    Kernel into() {
      operation = CONV3D_ADD;
      return this;
    }

    /** The sum of the first operand and the result is a tensor of its own. */
    Kernel apart() {
      operation = CONV3D_ADD_APART;
      return this;
    }

    Kernel wholeNumbers() {
      whole = true;
      return this;
    }

    Entry add(String label) {
      Entry entry =
          new Entry(operation, label, (_, s) -> arguments(s))
              .bound(operation == CONV3D ? Bound.SUMS : Bound.ADDED)
              .anyWeights();
      entries.add(entry);
      return entry;
    }

    private Values values(int largest) {
      return whole ? Values.integers(largest) : Values.NORMAL;
    }

    private Call arguments(int[] s) {
      List<Operand> operands = new ArrayList<>();
      if (operation != CONV3D) {
        int factor = geometry.upsample();
        operands.add(activation("out", values(300), s[2], factor * s[3], factor * s[4], s[1]));
      }
      operands.add(activation("x", values(15), s[2], s[3], s[4], s[0]));
      if (past > 0) {
        operands.add(activation("history", values(15), past, s[3], s[4], s[0]));
      }
      operands.add(weight("weight", values(15), s[1], s[0], frames, height, width));
      if (bias) {
        operands.add(weight("bias", values(100), s[1]));
      }
      return Call.call(operands).with("geometry", geometry);
    }
  }
}
