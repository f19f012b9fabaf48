package io.zoetrope.kernels.cuda.driver;

import java.lang.foreign.MemorySegment;

/**
 * Copies between a stream and memory that is not pinned, by way of two pinned pieces: while the
 * device copies one, the host copies the other.
 */
final class Staging {
  private static final long PIECE_BYTES = 8L << 20;

  /** Half of the pinned memory, and when the device is done with it. */
  private record Piece(MemorySegment memory, DeviceEvent done) {}

  private final Stream stream;
  private final Piece[] pieces = new Piece[2];

  Staging(DriverCalls calls, Stream stream) {
    this.stream = stream;
    MemorySegment memory = new PinnedMemory(calls, pieces.length * PIECE_BYTES).segment();
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] =
          new Piece(memory.asSlice(i * PIECE_BYTES, PIECE_BYTES), DeviceEvent.untimed(calls));
    }
  }

  /** Copies to the device after all work so far; {@code from} may change when this returns. */
  void copyToDevice(long address, MemorySegment from) {
    for (long i = 0, begin = 0; begin < from.byteSize(); i++, begin += PIECE_BYTES) {
      Piece piece = pieces[(int) (i % pieces.length)];
      long bytes = Math.min(PIECE_BYTES, from.byteSize() - begin);
      piece.done.await();
      MemorySegment staged = piece.memory.asSlice(0, bytes).copyFrom(from.asSlice(begin, bytes));
      stream.copyToDevice(address + begin, staged);
      stream.record(piece.done);
    }
  }

  /** Copies from the device after all work so far, and waits for it. */
  void copyToHost(MemorySegment to, long address) {
    long count = (to.byteSize() + PIECE_BYTES - 1) / PIECE_BYTES;
    for (long i = 0; i <= count; i++) {
      if (i < count) {
        Piece piece = pieces[(int) (i % pieces.length)];
        piece.done.await();
        stream.copyToHost(part(piece, to, i), address + i * PIECE_BYTES);
        stream.record(piece.done);
      }
      if (i > 0) {
        Piece before = pieces[(int) ((i - 1) % pieces.length)];
        before.done.await();
        to.asSlice((i - 1) * PIECE_BYTES).copyFrom(part(before, to, i - 1));
      }
    }
  }

  private static MemorySegment part(Piece piece, MemorySegment whole, long index) {
    return piece.memory.asSlice(0, Math.min(PIECE_BYTES, whole.byteSize() - index * PIECE_BYTES));
  }
}
