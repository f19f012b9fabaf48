package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * A format whose name and size are known, but not how it is decoded: its tensors can be listed.
 *
 * @param name of the format
 * @param block number of neighbours that are stored together
 * @param blockBytes bytes that these take
 */
public record Opaque(String name, int block, int blockBytes) implements Encoding {
  @Override
  public DType decoded() {
    throw new IllegalArgumentException("elements of " + name + " cannot be decoded");
  }

  @Override
  public boolean holdsNumbers() {
    return false;
  }

  @Override
  public long bytes(long elements) {
    return elements / block * blockBytes;
  }

  @Override
  public void decode(MemorySegment stored, long first, int count, float[] out) {
    decoded();
  }
}
