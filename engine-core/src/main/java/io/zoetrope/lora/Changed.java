package io.zoetrope.lora;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Stored numbers with changes added, in float32 and in the order of the list. Nothing of the result
 * is ever stored: whoever decodes a piece of the weight adds what belongs to that piece.
 *
 * @param start index in the weight of the first element that is decoded
 */
record Changed(Encoding stored, List<Change> changes, long start) implements Encoding {
  @Override
  public String name() {
    return stored.name() + " with LoRA";
  }

  @Override
  public DType decoded() {
    // Refuses what cannot be decoded.
    stored.decoded();
    return DType.F32;
  }

  @Override
  public boolean holdsNumbers() {
    return stored.holdsNumbers();
  }

  @Override
  public int block() {
    return stored.block();
  }

  @Override
  public long bytes(long elements) {
    return stored.bytes(elements);
  }

  @Override
  public void decode(MemorySegment bytes, long first, int count, float[] out) {
    stored.decode(bytes, first, count, out);
    changes.forEach(change -> change.addTo(start + first, count, out));
  }

  @Override
  public Encoding from(long element) {
    return new Changed(stored.from(element), changes, start + element);
  }
}
