package io.zoetrope.weights;

import java.util.Arrays;

/** Types of metadata in GGUF files, in the order of their numbers. */
enum GgufType {
  UINT8(1),
  INT8(1),
  UINT16(2),
  INT16(2),
  UINT32(4),
  INT32(4),
  FLOAT32(4),
  BOOL(1),
  STRING(0),
  ARRAY(0),
  UINT64(8),
  INT64(8),
  FLOAT64(8);

  static final GgufType[] INTEGERS = {UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64};

  private final int bytes;

  GgufType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of a value; 0 where values have different lengths. */
  int bytes() {
    return bytes;
  }

  boolean isOneOf(GgufType... types) {
    return Arrays.asList(types).contains(this);
  }

  /** Reads one value: a Long, Float, Double, Boolean or String. */
  Object read(GgufCursor cursor, int longestText) {
    return switch (this) {
      case UINT8 -> (long) (cursor.readByte() & 0xFF);
      case INT8 -> (long) cursor.readByte();
      case UINT16 -> (long) (cursor.readShort() & 0xFFFF);
      case INT16 -> (long) cursor.readShort();
      case UINT32 -> Integer.toUnsignedLong(cursor.readInt());
      case INT32 -> (long) cursor.readInt();
      case UINT64, INT64 -> cursor.readLong();
      case FLOAT32 -> Float.intBitsToFloat(cursor.readInt());
      case FLOAT64 -> Double.longBitsToDouble(cursor.readLong());
      case BOOL -> cursor.readByte() != 0;
      case STRING -> cursor.readText(longestText);
      case ARRAY -> throw new IllegalStateException("arrays are not read as a whole");
    };
  }
}
