package io.zoetrope.kernels.cuda.standin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One call of a C function: its name and its integer and pointer arguments, numbered from 0. */
record NativeCall(String function, long[] arguments) {
  long longAt(int argument) {
    return arguments[argument];
  }

  int intAt(int argument) {
    return (int) arguments[argument];
  }

  /** A NUL-terminated text that an argument points to. */
  String textAt(int argument) {
    return unlimited(arguments[argument]).getString(0);
  }

  /** {@code count} ints that an argument points to. */
  int[] intsAt(int argument, int count) {
    return memory(arguments[argument], (long) count * Integer.BYTES).toArray(ValueLayout.JAVA_INT);
  }

  /** The pointer of a number in a table that an argument points to. */
  long pointerBehind(int argument, int index) {
    return unlimited(arguments[argument]).getAtIndex(ValueLayout.JAVA_LONG, index);
  }

  float floatBehind(int argument) {
    return unlimited(arguments[argument]).get(ValueLayout.JAVA_FLOAT, 0);
  }

  void putLong(int argument, long value) {
    unlimited(arguments[argument]).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
  }

  void putInt(int argument, int value) {
    unlimited(arguments[argument]).set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
  }

  void putFloat(int argument, float value) {
    unlimited(arguments[argument]).set(ValueLayout.JAVA_FLOAT_UNALIGNED, 0, value);
  }

  void putText(int argument, String text) {
    unlimited(arguments[argument]).setString(0, text);
  }

  /** Host memory at an address. */
  static MemorySegment memory(long address, long bytes) {
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  private static MemorySegment unlimited(long address) {
    return memory(address, Long.MAX_VALUE);
  }
}
