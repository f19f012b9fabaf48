package io.zoetrope.tensor;

import java.lang.foreign.Arena;

/** Who owns the memory of a tensor: a scope of scratch memory, a set of weights, or nobody. */
public interface Lifetime {
  /** For tensors on the Java heap: alive as long as they are reachable. */
  Lifetime UNBOUNDED =
      new Lifetime() {
        @Override
        public boolean isOpen() {
          return true;
        }

        @Override
        public String toString() {
          return "heap";
        }
      };

  /** Whether the memory may still be used. */
  boolean isOpen();

  /**
   * For memory derived from a tensor, such as another layout of a weight: released when this
   * lifetime ends, or else when it is unreachable.
   */
  default Arena arena() {
    return Arena.ofAuto();
  }
}
