package io.zoetrope.tensor;

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
}
