package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
  Q4_0(32, 18, 32, GgmlScales.SCALE, 8, low(2, 4, 16)),
  Q4_1(32, 20, 32, GgmlScales.SCALE_AND_LEAST, 0, low(4, 4, 16)),
  Q5_0(32, 22, 32, GgmlScales.SCALE, 16, low(6, 4, 16), high(2, 1, 1, 4)),
  Q5_1(32, 24, 32, GgmlScales.SCALE_AND_LEAST, 0, low(8, 4, 16), high(4, 1, 1, 4)),
  Q8_0(32, 34, 32, GgmlScales.SCALE, 0x80, low(2, 8, 32)),
  Q2_K(256, 84, 16, GgmlScales.NIBBLES, 0, low(16, 2, 32)),
  Q3_K(256, 110, 16, GgmlScales.SIX_BITS, 4, low(32, 2, 32), high(0, 1, 32, 2)),
  Q4_K(256, 144, 32, GgmlScales.SIX_BIT_PAIRS, 0, low(16, 4, 32)),
  Q5_K(256, 176, 32, GgmlScales.SIX_BIT_PAIRS, 0, low(48, 4, 32), high(16, 1, 32, 4)),
  Q6_K(256, 210, 16, GgmlScales.BYTES, 32, low(0, 4, 64), high(128, 2, 32, 4)),
  IQ4_NL(32, 18, 32, GgmlScales.SCALE, low(2, 4, 16)),
  IQ4_XS(256, 136, 32, GgmlScales.SPLIT_SIX_BITS, low(8, 4, 16));

  /** What the codes of IQ4 formats stand for: closer together where weights are dense. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /** What is added to signed codes, so that all are from 0 to 255. */
  private static final int SIGNED = 128;

  private final int block;
  private final int bytes;
  private final int group;
  private final GgmlScales scales;
  private final int zero;
  private final boolean uneven;
  private final Plane[] planes;

  /** Codes that are evenly apart. */
  GgmlBlocks(int block, int bytes, int group, GgmlScales scales, int zero, Plane... planes) {
    this(block, bytes, group, scales, zero, false, planes);
  }

  /** Codes that stand for {@link #UNEVEN} numbers. */
  GgmlBlocks(int block, int bytes, int group, GgmlScales scales, Plane plane) {
    this(block, bytes, group, scales, SIGNED, true, new Plane[] {plane});
  }

  GgmlBlocks(
      int block,
      int bytes,
      int group,
      GgmlScales scales,
      int zero,
      boolean uneven,
      Plane[] planes) {
    this.block = block;
    this.bytes = bytes;
    this.group = group;
    this.scales = scales;
    this.zero = zero;
    this.uneven = uneven;
    this.planes = planes;
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
  public record Plane(int at, int bits, int run, int left) {
    private static final VarHandle EIGHT =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** One in each byte. */
    private static final long ONES = 0x0101010101010101L;

    /** Bit 0 in byte 0, bit 1 in byte 1, and so on. */
    private static final long DIAGONAL = 0x8040201008040201L;

    /** What carries any bit of a byte into its highest one. */
    private static final long CARRY = 0x7F7F7F7F7F7F7F7FL;

    /**
     * Puts the bits into the codes of a block, eight codes at a time, and turns signed codes into
     * those from 0 on. The plane of the lowest bits comes first.
     */
    void put(byte[] codes, int first, int end, byte[] in, int block) {
      if (run == 1) {
        addSingleBits(codes, first, end, in, block + at);
        return;
      }
      long mask = ((1L << bits) - 1) * ONES;
      long sign = bits == Byte.SIZE ? SIGNED * ONES : 0;
      int code = first;
      for (int from = block + at; code < end; from += run) {
        for (int right = 0; right < Byte.SIZE; right += bits) {
          for (int i = 0; i < run; i += Long.BYTES) {
            long eight = (((long) EIGHT.get(in, from + i) >>> right & mask) << left) ^ sign;
            EIGHT.set(codes, code, left == 0 ? eight : eight | (long) EIGHT.get(codes, code));
            code += Long.BYTES;
          }
        }
      }
    }

    /** Bits of a byte belong to neighbours. */
    private void addSingleBits(byte[] codes, int first, int end, byte[] in, int from) {
      for (int code = first; code < end; code += Long.BYTES) {
        long spread = (in[from + (code - first) / Byte.SIZE] & 0xFF) * ONES & DIAGONAL;
        long eight = (spread + CARRY >>> Byte.SIZE - 1 & ONES) << left;
        EIGHT.set(codes, code, (long) EIGHT.get(codes, code) | eight);
      }
    }
  }

  private static Plane low(int at, int bits, int run) {
    return new Plane(at, bits, run, 0);
  }

  private static Plane high(int at, int bits, int run, int left) {
    return new Plane(at, bits, run, left);
  }

  /** Elements that share a scale and an offset. */
  public int group() {
    return group;
  }

  /** How scales and offsets are packed. */
  public GgmlScales scales() {
    return scales;
  }

  /** What is subtracted from codes. */
  public int zero() {
    return zero;
  }

  /** Whether codes stand for numbers that are closer together where weights are dense. */
  public boolean isUneven() {
    return uneven;
  }

  /** Where the bits of codes lie; the lowest ones first. */
  public List<Plane> planes() {
    return List.of(planes);
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
    GroupedCodes unpacked = new GroupedCodes();
    unpack(stored, first, count, block, unpacked);
    byte[] codes = unpacked.codes();
    for (int start = 0, at = 0; start < count; start += group, at++) {
      float scale = unpacked.scales()[at];
      float offset = unpacked.offsets()[at];
      for (int i = start; i < start + group; i++) {
        out[i] = scale * ((codes[i] & 0xFF) - zero) - offset;
      }
    }
  }

  @Override
  public Optional<CodeFormat> codes(int row) {
    return Optional.of(new CodeFormat(CodeFormat.Value.INTEGER, zero, group));
  }

  @Override
  public void unpack(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    out.prepare(count, count / group);
    byte[] in = stored.toArray(ValueLayout.JAVA_BYTE);
    byte[] codes = out.codes();
    for (int start = 0, at = 0; start < count; start += block, at += bytes) {
      for (Plane plane : planes) {
        plane.put(codes, start, start + block, in, at);
      }
    }
    readScales(in, count, out);
    if (uneven) {
      for (int i = 0; i < count; i++) {
        codes[i] = (byte) (UNEVEN[codes[i]] + SIGNED);
      }
    }
  }

  @Override
  public void scales(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    out.prepare(0, count / group);
    readScales(stored.toArray(ValueLayout.JAVA_BYTE), count, out);
  }

  private void readScales(byte[] in, int count, GroupedCodes out) {
    Arrays.fill(out.offsets(), 0, count / group, 0);
    int groups = block / group;
    for (int start = 0, at = 0, to = 0; start < count; start += block, at += bytes, to += groups) {
      scales.read(in, at, out.scales(), out.offsets(), to);
    }
  }

  @Override
  public Optional<CodePlane> plane(int row) {
    if (planes.length > 1 || uneven) {
      return Optional.empty();
    }
    Plane plane = planes[0];
    // Both begin with their scale.
    int scale = this == Q4_0 || this == Q8_0 ? 0 : CodePlane.ELSEWHERE;
    return Optional.of(
        new CodePlane(
            block, bytes, plane.at, plane.bits, plane.run, plane.bits == Byte.SIZE, scale));
  }
}
