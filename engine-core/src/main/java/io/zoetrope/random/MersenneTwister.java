package io.zoetrope.random;

import java.nio.IntBuffer;

/**
 * MT19937 (Matsumoto and Nishimura, 1998), with the draws that torch builds on it ({@code
 * ATen/core/MT19937RNGEngine.h}, {@code CPUGeneratorImpl.cpp}).
 */
final class MersenneTwister {
  private static final int SIZE = 624;

  /** Numbers of a saved state. */
  static final int SAVED = SIZE + 1;

  private static final int SHIFT = 397;
  private static final int INITIAL_FACTOR = 1812433253;
  private static final int TWIST = 0x9908b0df;

  private final int[] state = new int[SIZE];
  private int position = SIZE;

  MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < SIZE; i++) {
      state[i] = INITIAL_FACTOR * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  private MersenneTwister() {}

  /** Goes on from what {@link #save} has left. */
  static MersenneTwister restore(IntBuffer saved) {
    MersenneTwister engine = new MersenneTwister();
    saved.get(engine.state);
    engine.position = saved.get();
    if (engine.position < 0 || engine.position > SIZE) {
      throw new IllegalArgumentException(
          "a generator's position %d is outside 0 to %d".formatted(engine.position, SIZE));
    }
    return engine;
  }

  /** Appends the whole state, {@link #SAVED} numbers. */
  void save(IntBuffer saved) {
    saved.put(state).put(position);
  }

  /** 32 random bits. */
  int nextInt() {
    if (position == SIZE) {
      regenerate();
    }
    int bits = state[position++];
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return bits ^ (bits >>> 18);
  }

  /** Uniform in [0, 1), from the low 24 of 32 bits. */
  float nextFloat() {
    return (nextInt() & 0xffffff) * 0x1p-24f;
  }

  /** Uniform in [0, 1), from the low 53 of 64 bits; the first draw gives the high half. */
  double nextDouble() {
    long high = nextInt();
    long low = Integer.toUnsignedLong(nextInt());
    return ((high << 32 | low) & 0x1fffffffffffffL) * 0x1p-53;
  }

  private void regenerate() {
    for (int i = 0; i < SIZE; i++) {
      int pair = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (pair >>> 1) ^ (-(pair & 1) & TWIST);
    }
    position = 0;
  }
}
