package io.zoetrope.kernels.cpu.jit.asm;

import java.util.Arrays;

/** Bytes of code that grow at the end and can be patched. */
final class CodeBuffer {
  private byte[] bytes = new byte[512];
  private int size;

  int size() {
    return size;
  }

  void put8(int value) {
    if (size == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * size);
    }
    bytes[size++] = (byte) value;
  }

  void put32(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      put8(value >>> shift);
    }
  }

  void put64(long value) {
    put32((int) value);
    put32((int) (value >>> Integer.SIZE));
  }

  void patch32(int position, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      bytes[position + i] = (byte) (value >>> (i * Byte.SIZE));
    }
  }

  void put(byte[] more) {
    for (byte value : more) {
      put8(value);
    }
  }

  byte[] copy(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  /** Takes away everything from a position on. */
  void truncate(int position) {
    size = position;
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, size);
  }
}
