package io.zoetrope.kernels.emulator;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Parameter buffers of kernels whose parameters are all 64 bits wide. */
public final class Arguments {
  private Arguments() {}

  public static MemorySegment of(long... values) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      buffer.putLong(value);
    }
    return MemorySegment.ofBuffer(buffer.flip());
  }
}
