package io.zoetrope.kernels.cpu.jit.asm;

/** What the generated kernels are made of; each set includes what the one before it has. */
public enum InstructionSet {
  /** Vectors of 256 bits with fused multiply-add; bfloat16 is widened on the way. */
  AVX2("avx2", 256, 16, "avx2", "fma", "f16c"),
  /** Vectors of 512 bits; bfloat16 is widened on the way. */
  AVX512("avx512", 512, 32, "avx512f", "avx512bw", "avx512dq", "avx512vl"),
  /** Dot products of pairs of bfloat16. */
  AVX512_BF16("avx512bf16", 512, 32, "avx512_bf16"),
  /** Products of tiles of bfloat16. */
  AMX("amx", 512, 32, "amx_tile", "amx_bf16");

  /** The name that users give it. */
  public final String id;

  /** Size of a vector register in bits. */
  public final int vectorBits;

  /** Number of vector registers. */
  public final int vectorRegisters;

  private final String[] flags;

  InstructionSet(String id, int vectorBits, int vectorRegisters, String... flags) {
    this.id = id;
    this.vectorBits = vectorBits;
    this.vectorRegisters = vectorRegisters;
    this.flags = flags;
  }

  String[] flags() {
    return flags.clone();
  }

  /** Returns the size of a vector register in bytes. */
  public int vectorBytes() {
    return vectorBits / Byte.SIZE;
  }

  /** Floats of a vector. */
  public int lanes() {
    return vectorBits / Float.SIZE;
  }

  /** Columns of a panel of a product: two vectors of them. */
  public int panelWidth() {
    return 2 * lanes();
  }

  /** Returns whether it has mask registers, so that instructions can leave lanes out. */
  public boolean hasMasks() {
    return vectorBits == 512;
  }

  /** Whether products of bfloat16 need no widening. */
  public boolean multipliesHalves() {
    return compareTo(AVX512_BF16) >= 0;
  }
}
