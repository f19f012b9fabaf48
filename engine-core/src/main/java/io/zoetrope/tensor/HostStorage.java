package io.zoetrope.tensor;

import java.lang.foreign.MemorySegment;

/** Memory that Java code can read: a mapped file, native memory, or a Java array. */
public class HostStorage implements Storage {
  private final MemorySegment segment;

  /** Storage over a segment of little-endian elements. */
  public HostStorage(MemorySegment segment) {
    this.segment = segment;
  }

  /** The memory itself. */
  public MemorySegment segment() {
    return segment;
  }

  @Override
  public long byteSize() {
    return segment.byteSize();
  }
}
