package io.zoetrope.files;

import java.util.Set;
import java.util.function.Supplier;

/** There was too little memory; the message says for what, and what takes less. */
public final class MemoryException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  /** What the virtual machine says where its heap is full, however much memory there is. */
  private static final Set<String> HEAP =
      Set.of(
          "Java heap space", "GC overhead limit exceeded", "Requested array size exceeds VM limit");

  private MemoryException(String message, OutOfMemoryError cause) {
    super(message, cause);
  }

  /**
   * Does something that takes memory, on the Java heap or beside it.
   *
   * @param what is done, with the file or the part that it is done with
   * @param less what would take less: "a smaller size"
   * @throws MemoryException if there is too little
   */
  public static <T> T naming(Supplier<String> what, String less, Supplier<T> work) {
    try {
      return work.get();
    } catch (OutOfMemoryError e) {
      throw new MemoryException(
          "%s: out of memory (%s): %s, or use %s"
              .formatted(
                  what.get(),
                  e.getMessage(),
                  HEAP.contains(String.valueOf(e.getMessage()))
                      ? "raise the limit of the Java heap with -Xmx"
                      : "end other programs",
                  less),
          e);
    }
  }
}
