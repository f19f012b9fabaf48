package io.zoetrope.kernels.cpu;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The elements of a tensor as floats, whatever their dtype.
 *
 * @param segment memory of the tensor's storage
 * @param offset of the tensor's first element, in elements
 */
record Elements(MemorySegment segment, DType dtype, long offset) {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Floats in a vector. */
  static final int LANES = FLOATS.length();

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static Elements of(Tensor tensor) {
    return new Elements(
        ((HostStorage) tensor.storage()).segment(), tensor.dtype(), tensor.offset());
  }

  /** All elements of a contiguous tensor. */
  static float[] all(Tensor tensor, float[] out, Workspace workspace) {
    of(tensor).load(0, out, 0, Math.toIntExact(tensor.count()), workspace);
    return out;
  }

  /** Reads {@code count} neighbouring elements into {@code out}, from index {@code at} on. */
  void load(long position, float[] out, int at, int count, Workspace workspace) {
    long start = offset + position;
    switch (dtype) {
      case F32 -> MemorySegment.copy(segment, FLOAT, start * Float.BYTES, out, at, count);
      case BF16 -> {
        short[] staging = workspace.staging;
        for (int i = 0; i < count; i += staging.length) {
          int part = Math.min(staging.length, count - i);
          MemorySegment.copy(segment, SHORT, (start + i) * Short.BYTES, staging, 0, part);
          widen(staging, out, at + i, part);
        }
      }
      default -> loadOne(start, 1, out, at, count);
    }
  }

  /** Reads {@code count} elements that lie {@code stride} elements apart. */
  void load(long position, long stride, float[] out, int at, int count) {
    long start = offset + position;
    switch (dtype) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          out[at + i] = segment.get(FLOAT, (start + i * stride) * Float.BYTES);
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          short bits = segment.get(SHORT, (start + i * stride) * Short.BYTES);
          out[at + i] = Conversions.bfloat16ToFloat(bits);
        }
      }
      default -> loadOne(start, stride, out, at, count);
    }
  }

  private void loadOne(long start, long stride, float[] out, int at, int count) {
    for (int i = 0; i < count; i++) {
      out[at + i] = Conversions.toFloat(segment, dtype, start + i * stride);
    }
  }

  /** Writes {@code count} neighbouring elements, rounded to the dtype. */
  void store(long position, float[] in, int at, int count, Workspace workspace) {
    long start = offset + position;
    switch (dtype) {
      case F32 -> MemorySegment.copy(in, at, segment, FLOAT, start * Float.BYTES, count);
      case BF16 -> {
        short[] staging = workspace.staging;
        for (int i = 0; i < count; i += staging.length) {
          int part = Math.min(staging.length, count - i);
          narrow(in, at + i, staging, part);
          MemorySegment.copy(staging, 0, segment, SHORT, (start + i) * Short.BYTES, part);
        }
      }
      default -> storeOne(start, 1, in, at, count);
    }
  }

  /** Writes {@code count} elements that lie {@code stride} elements apart. */
  void store(long position, long stride, float[] in, int at, int count) {
    long start = offset + position;
    switch (dtype) {
      case F32 -> {
        for (int i = 0; i < count; i++) {
          segment.set(FLOAT, (start + i * stride) * Float.BYTES, in[at + i]);
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          short bits = Conversions.floatToBfloat16(in[at + i]);
          segment.set(SHORT, (start + i * stride) * Short.BYTES, bits);
        }
      }
      default -> storeOne(start, stride, in, at, count);
    }
  }

  private void storeOne(long start, long stride, float[] in, int at, int count) {
    for (int i = 0; i < count; i++) {
      Conversions.fromFloat(segment, dtype, start + i * stride, in[at + i]);
    }
  }

  /** Rounds floats to the dtype, in place. */
  void round(float[] values, int at, int count, Workspace workspace) {
    switch (dtype) {
      case F32 -> {}
      case BF16 -> {
        short[] staging = workspace.staging;
        for (int i = 0; i < count; i += staging.length) {
          int part = Math.min(staging.length, count - i);
          narrow(values, at + i, staging, part);
          widen(staging, values, at + i, part);
        }
      }
      default -> throw new IllegalArgumentException(dtype + " is no dtype of activations");
    }
  }

  /** bfloat16 to float; exact. */
  static void widen(short[] in, float[] out, int at, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += LANES) {
      IntVector bits =
          (IntVector)
              ShortVector.fromArray(SHORTS, in, i)
                  .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0);
      bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, at + i);
    }
    for (int i = bound; i < count; i++) {
      out[at + i] = Conversions.bfloat16ToFloat(in[i]);
    }
  }

  /** Float to bfloat16, to nearest even, as {@link Conversions#floatToBfloat16}. */
  static void narrow(float[] in, int at, short[] out, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, in, at + i);
      IntVector bits = value.reinterpretAsInts();
      IntVector high = bits.lanewise(VectorOperators.LSHR, 16);
      IntVector rounded = bits.add(0x7fff).add(high.and(1)).lanewise(VectorOperators.LSHR, 16);
      VectorMask<Integer> nan = value.test(VectorOperators.IS_NAN).cast(INTS);
      rounded
          .blend(high.or(0x40), nan)
          .convertShape(VectorOperators.I2S, SHORTS, 0)
          .reinterpretAsShorts()
          .intoArray(out, i);
    }
    for (int i = bound; i < count; i++) {
      out[i] = Conversions.floatToBfloat16(in[at + i]);
    }
  }
}
