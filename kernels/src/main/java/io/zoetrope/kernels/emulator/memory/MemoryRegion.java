package io.zoetrope.kernels.emulator.memory;

import io.zoetrope.kernels.emulator.checks.GlobalRaces;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A contiguous piece of memory - an allocation, a block's shared memory, a thread's local memory -
 * that knows of every byte whether it was written. It starts as garbage: all bits set, which is a
 * NaN in every floating-point type.
 */
public final class MemoryRegion {
  /** State of a byte that nobody wrote. */
  static final byte GARBAGE = 0;

  /** State of a byte with a value. */
  static final byte WRITTEN = 1;

  /** State of a byte that an asynchronous copy will write. */
  public static final byte PENDING = 2;

  private static final long ALL_WRITTEN = 0x0101010101010101L;

  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long base;
  private final byte[] data;
  private final byte[] state;

  /** Who touched what in the launch at hand; null while no launch watches this region. */
  private volatile GlobalRaces races;

  /** Makes a region of zeros that nobody has written yet. */
  public MemoryRegion(long base, int bytes) {
    this.base = base;
    this.data = new byte[bytes];
    this.state = new byte[bytes];
    Arrays.fill(data, (byte) 0xFF);
  }

  /** Address of the first byte in its state space. */
  public long base() {
    return base;
  }

  /** Returns the size in bytes. */
  public int bytes() {
    return data.length;
  }

  /** Returns the bytes themselves. */
  public byte[] data() {
    return data;
  }

  /** Whether an access of this many bytes lies inside. */
  public boolean contains(long address, int width) {
    long offset = address - base;
    return offset >= 0 && offset <= data.length - width;
  }

  /** Reads 8 bits at an offset. */
  public int getByte(int offset) {
    return data[offset] & 0xFF;
  }

  /** Reads 16 bits at an offset. */
  public int getShort(int offset) {
    return (short) SHORTS.get(data, offset) & 0xFFFF;
  }

  /** Reads 32 bits at an offset. */
  public int getInt(int offset) {
    return (int) INTS.get(data, offset);
  }

  /** Reads 64 bits at an offset. */
  public long getLong(int offset) {
    return (long) LONGS.get(data, offset);
  }

  /** Writes the lower 8 bits at an offset. */
  public void putByte(int offset, int value) {
    data[offset] = (byte) value;
  }

  /** Writes the lower 16 bits at an offset. */
  public void putShort(int offset, int value) {
    SHORTS.set(data, offset, (short) value);
  }

  /** Writes 32 bits at an offset. */
  public void putInt(int offset, int value) {
    INTS.set(data, offset, value);
  }

  /** Writes 64 bits at an offset. */
  public void putLong(int offset, long value) {
    LONGS.set(data, offset, value);
  }

  /** Whether all bytes of an access of 1, 2, 4, 8 or 16 bytes have a value. */
  public boolean written(int offset, int width) {
    return switch (width) {
      case 1 -> state[offset] == WRITTEN;
      case 2 -> (short) SHORTS.get(state, offset) == (short) ALL_WRITTEN;
      case 4 -> (int) INTS.get(state, offset) == (int) ALL_WRITTEN;
      case 8 -> (long) LONGS.get(state, offset) == ALL_WRITTEN;
      default ->
          (long) LONGS.get(state, offset) == ALL_WRITTEN
              && (long) LONGS.get(state, offset + 8) == ALL_WRITTEN;
    };
  }

  /** Notes that an access of 1, 2, 4, 8 or 16 bytes has written. */
  public void markWritten(int offset, int width) {
    switch (width) {
      case 1 -> state[offset] = WRITTEN;
      case 2 -> SHORTS.set(state, offset, (short) ALL_WRITTEN);
      case 4 -> INTS.set(state, offset, (int) ALL_WRITTEN);
      case 8 -> LONGS.set(state, offset, ALL_WRITTEN);
      default -> {
        LONGS.set(state, offset, ALL_WRITTEN);
        LONGS.set(state, offset + 8, ALL_WRITTEN);
      }
    }
  }

  /** Sets the state of a range. */
  public void mark(int offset, int bytes, byte newState) {
    Arrays.fill(state, offset, offset + bytes, newState);
  }

  /** Whether a range has a byte in this state. */
  public boolean anyIn(int offset, int bytes, byte wanted) {
    for (int i = offset; i < offset + bytes; i++) {
      if (state[i] == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Copies bytes with their states; the ranges may overlap. */
  void copyFrom(int offset, MemoryRegion source, int sourceOffset, int bytes) {
    System.arraycopy(source.data, sourceOffset, data, offset, bytes);
    System.arraycopy(source.state, sourceOffset, state, offset, bytes);
  }

  /** Makes all of it garbage again. */
  public void forget() {
    Arrays.fill(data, (byte) 0xFF);
    Arrays.fill(state, GARBAGE);
  }

  /** The record of this launch's accesses, made at the first of them. */
  public GlobalRaces races(long launch, int granuleShift) {
    GlobalRaces current = races;
    if (current != null && current.launch() == launch) {
      return current;
    }
    synchronized (this) {
      if (races == null || races.launch() != launch) {
        races = new GlobalRaces(launch, data.length, granuleShift);
      }
      return races;
    }
  }

  /** Drops the record of the launch that has ended. */
  void endLaunch() {
    races = null;
  }
}
