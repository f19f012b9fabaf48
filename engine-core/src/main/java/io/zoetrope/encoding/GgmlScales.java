package io.zoetrope.encoding;

/**
 * How the blocks of {@link GgmlBlocks} pack the scales and the offsets of their groups: one F16
 * number for all, or integers of few bits for each group with an F16 factor.
 */
public enum GgmlScales {
  /** One scale. */
  SCALE {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      scales[to] = half(in, at);
    }
  },

  /** One scale, and the number that code 0 stands for. */
  SCALE_AND_LEAST {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      scales[to] = half(in, at);
      offsets[to] = -half(in, at + 2);
    }
  },

  /** Of 16 groups: scales in the low halves of bytes, offsets in the high ones. */
  NIBBLES {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      float scale = half(in, at + 80);
      float offset = half(in, at + 82);
      for (int i = 0; i < MOST_GROUPS; i++) {
        scales[to + i] = scale * (in[at + i] & 0xF);
        offsets[to + i] = offset * (in[at + i] >> 4 & 0xF);
      }
    }
  },

  /** Of 16 groups: low halves of scales in 8 bytes, their two high bits in 4 more. */
  SIX_BITS {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      int low = at + 96;
      int high = at + 104;
      float scale = half(in, at + 108);
      for (int i = 0; i < MOST_GROUPS; i++) {
        int code =
            in[low + i % 8] >> 4 * (i / 8) & 0xF | (in[high + i % 4] >> 2 * (i / 4) & 3) << 4;
        scales[to + i] = scale * (code - SIX_BITS_ZERO);
      }
    }
  },

  /**
   * Of 8 groups: the first four scales and offsets in a byte each, whose two high bits are those of
   * the last four; the other bits of these share four bytes.
   */
  SIX_BIT_PAIRS {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      float scale = half(in, at);
      float offset = half(in, at + 2);
      for (int i = 0; i < 4; i++) {
        int first = in[at + 4 + i];
        int firstOffset = in[at + 8 + i];
        int rest = in[at + 12 + i];
        scales[to + i] = scale * (first & LOW_BITS);
        offsets[to + i] = offset * (firstOffset & LOW_BITS);
        scales[to + i + 4] = scale * (rest & 0xF | first >> 2 & 0x30);
        offsets[to + i + 4] = offset * (rest >> 4 & 0xF | firstOffset >> 2 & 0x30);
      }
    }
  },

  /** Of 16 groups: a signed byte each. */
  BYTES {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      float scale = half(in, at + 208);
      for (int i = 0; i < MOST_GROUPS; i++) {
        scales[to + i] = scale * in[at + 192 + i];
      }
    }
  },

  /** Of 8 groups: low halves of scales in 4 bytes, their two high bits in an integer of 16. */
  SPLIT_SIX_BITS {
    @Override
    void read(byte[] in, int at, float[] scales, float[] offsets, int to) {
      float scale = half(in, at);
      int high = bits16(in, at + 2);
      for (int i = 0; i < MOST_GROUPS / 2; i++) {
        int code = in[at + 4 + i / 2] >> 4 * (i % 2) & 0xF | (high >> 2 * i & 3) << 4;
        scales[to + i] = scale * (code - SIX_BITS_ZERO);
      }
    }
  };

  private static final int MOST_GROUPS = 16;
  private static final int LOW_BITS = 0x3F;
  private static final int SIX_BITS_ZERO = 32;

  /**
   * Reads a block.
   *
   * @param in holds the block's bytes from {@code at} on
   * @param scales takes the scale of each group from {@code to} on
   * @param offsets takes what is subtracted in each group; zeros so far
   */
  abstract void read(byte[] in, int at, float[] scales, float[] offsets, int to);

  private static float half(byte[] in, int at) {
    return Float.float16ToFloat(bits16(in, at));
  }

  private static short bits16(byte[] in, int at) {
    return (short) (in[at] & 0xFF | in[at + 1] << 8);
  }
}
