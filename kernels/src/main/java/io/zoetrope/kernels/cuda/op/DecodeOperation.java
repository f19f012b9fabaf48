package io.zoetrope.kernels.cuda.op;

import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.GgmlBlocks.Plane;
import io.zoetrope.encoding.Plain;
import io.zoetrope.kernels.cuda.memory.StoredForm;
import io.zoetrope.kernels.cuda.memory.StoredWeight;
import io.zoetrope.tensor.DType;
import java.util.List;

/** Weights that stay as they are stored become numbers: {@code decode.cu}. */
public final class DecodeOperation implements StoredWeight.Decoder {
  /** Numbers of a byte, in the order of the kernel. */
  private static final List<DType> CODES = List.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8);

  /** Sizes of a block before its planes, and those of a plane, of which there are two at most. */
  private static final int BLOCK_SIZES = 7;

  private static final int PLANE_SIZES = 4;
  private static final int PLANES = 2;

  private final Launcher launcher;

  /** Decoding on a device. */
  public DecodeOperation(Launcher launcher) {
    this.launcher = launcher;
  }

  @Override
  public void decode(StoredForm form, long to, DType dtype, long stored, long first, long count) {
    int isBf16 = dtype == DType.BF16 ? 1 : 0;
    long codes = stored + form.codes().bytes(first);
    switch (form.codes()) {
      case GgmlBlocks blocks ->
          launcher.elements("decode_blocks", count, to, isBf16, codes, layout(blocks), count);
      case Plain(DType code) ->
          launcher.elements(
              "decode_codes",
              count,
              to,
              isBf16,
              codes,
              CODES.indexOf(code),
              form.factors().isEmpty()
                  ? 0
                  : stored + form.factorsAt() + first / form.row() * Float.BYTES,
              form.row(),
              count);
      default -> throw new AssertionError(form);
    }
  }

  /** The structure of the kernel: sizes that are powers of two by their exponents. */
  private static long[] layout(GgmlBlocks blocks) {
    long[] layout = new long[BLOCK_SIZES + PLANES * PLANE_SIZES];
    layout[0] = exponent(blocks.block());
    layout[1] = blocks.bytes(blocks.block());
    layout[2] = exponent(blocks.group());
    layout[3] = blocks.zero();
    layout[4] = blocks.isUneven() ? 1 : 0;
    layout[5] = blocks.scales().ordinal();
    layout[6] = blocks.planes().size();
    int at = BLOCK_SIZES;
    for (Plane plane : blocks.planes()) {
      layout[at++] = plane.at();
      layout[at++] = exponent(plane.bits());
      layout[at++] = exponent(plane.run());
      layout[at++] = plane.left();
    }
    return layout;
  }

  private static long exponent(int powerOfTwo) {
    return Integer.numberOfTrailingZeros(powerOfTwo);
  }
}
