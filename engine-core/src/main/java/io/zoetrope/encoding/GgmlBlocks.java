package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The quantized formats of the ggml library, which GGUF files hold: a block of 32 or 256 neighbours
 * has a code of few bits for each of them, and for each group of neighbours a scale and an offset.
 * A number is {@code scale * (code - zero) - offset}, where every operation rounds to float32 and
 * scales of two factors are multiplied first, as in {@code gguf.quants.dequantize} of ggml's Python
 * package, whose bits these are.
 *
 * <p>Formats differ in where the bits of codes lie ({@link Plane}) and in how scales and offsets
 * are packed ({@link GgmlScales}). Layouts: ggml-common.h; arithmetic: ggml-quants.c, {@code
 * dequantize_row_*}.
 */
public enum GgmlBlocks implements Encoding {
  Q4_0(32, 18, 32, GgmlScales::scale, 8, low(2, 4, 16)),
  Q4_1(32, 20, 32, GgmlScales::scaleAndLeast, 0, low(4, 4, 16)),
  Q5_0(32, 22, 32, GgmlScales::scale, 16, low(6, 4, 16), high(2, 1, 1, 4)),
  Q5_1(32, 24, 32, GgmlScales::scaleAndLeast, 0, low(8, 4, 16), high(4, 1, 1, 4)),
  Q8_0(32, 34, 32, GgmlScales::scale, 0, low(2, 8, 32)),
  Q2_K(256, 84, 16, GgmlScales::nibbles, 0, low(16, 2, 32)),
  Q3_K(256, 110, 16, GgmlScales::sixBits, 4, low(32, 2, 32), high(0, 1, 32, 2)),
  Q4_K(256, 144, 32, GgmlScales::sixBitPairs, 0, low(16, 4, 32)),
  Q5_K(256, 176, 32, GgmlScales::sixBitPairs, 0, low(48, 4, 32), high(16, 1, 32, 4)),
  Q6_K(256, 210, 16, GgmlScales::bytes, 32, low(0, 4, 64), high(128, 2, 32, 4)),
  IQ4_NL(32, 18, 32, GgmlScales::scale, low(2, 4, 16)),
  IQ4_XS(256, 136, 32, GgmlScales::splitSixBits, low(8, 4, 16));

  /** What the codes of IQ4 formats stand for: closer together where weights are dense. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private final int block;
  private final int bytes;
  private final int group;
  private final Scales scales;
  private final int zero;
  private final boolean uneven;
  private final Plane[] planes;

  /** Codes that are evenly apart. */
  GgmlBlocks(int block, int bytes, int group, Scales scales, int zero, Plane... planes) {
    this(block, bytes, group, scales, zero, false, planes);
  }

  /** Codes that stand for {@link #UNEVEN} numbers. */
  GgmlBlocks(int block, int bytes, int group, Scales scales, Plane plane) {
    this(block, bytes, group, scales, 0, true, new Plane[] {plane});
  }

  GgmlBlocks(
      int block, int bytes, int group, Scales scales, int zero, boolean uneven, Plane[] planes) {
    this.block = block;
    this.bytes = bytes;
    this.group = group;
    this.scales = scales;
    this.zero = zero;
    this.uneven = uneven;
    this.planes = planes;
  }

  /** Unpacks what the groups of a block are multiplied with. */
  @FunctionalInterface
  interface Scales {
    /**
     * Reads a block.
     *
     * @param in holds the block's bytes from {@code at} on
     * @param scales takes the scale of each group
     * @param offsets takes what is subtracted in each group; zeros so far
     */
    void read(byte[] in, int at, float[] scales, float[] offsets);
  }

  /**
   * Bits of all codes of a block. A run of bytes holds several runs of as many neighbours, the
   * first of them in its lowest bits.
   *
   * @param at where its bytes begin in the block
   * @param bits how many bits of each code
   * @param run length of a run
   * @param left how far the bits are shifted within the codes
   */
  private record Plane(int at, int bits, int run, int left) {
    void addTo(byte[] codes, byte[] in, int block) {
      int mask = (1 << bits) - 1;
      int code = 0;
      for (int from = block + at; code < codes.length; from += run) {
        for (int right = 0; right < Byte.SIZE; right += bits) {
          for (int i = 0; i < run; i++) {
            codes[code++] |= (byte) ((in[from + i] >> right & mask) << left);
          }
        }
      }
    }
  }

  private static Plane low(int at, int bits, int run) {
    return new Plane(at, bits, run, 0);
  }

  private static Plane high(int at, int bits, int run, int left) {
    return new Plane(at, bits, run, left);
  }

  /** Scales times small integers take more bits than 16-bit numbers have. */
  @Override
  public DType decoded() {
    return DType.F32;
  }

  @Override
  public int block() {
    return block;
  }

  @Override
  public long bytes(long elements) {
    return elements / block * bytes;
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    byte[] in = stored.toArray(ValueLayout.JAVA_BYTE);
    byte[] codes = new byte[block];
    float[] groupScales = new float[block / group];
    float[] offsets = new float[block / group];
    for (int start = 0, at = 0; start < count; start += block, at += bytes) {
      unpack(in, at, codes);
      scales.read(in, at, groupScales, offsets);
      for (int i = 0; i < block; i += group) {
        float scale = groupScales[i / group];
        float offset = offsets[i / group];
        for (int k = i; k < i + group; k++) {
          out[start + k] = scale * (codes[k] - zero) - offset;
        }
      }
    }
  }

  private void unpack(byte[] in, int at, byte[] codes) {
    Arrays.fill(codes, (byte) 0);
    for (Plane plane : planes) {
      plane.addTo(codes, in, at);
    }
    if (uneven) {
      for (int i = 0; i < codes.length; i++) {
        codes[i] = UNEVEN[codes[i]];
      }
    }
  }
}
