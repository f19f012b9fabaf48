package io.zoetrope.t5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Walks the fields of one message in the Protocol Buffers wire format. Every length is checked
 * against what the message has left.
 */
final class ProtobufReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final ByteBuffer buffer;
  private final String place;
  private int field;
  private int wireType;

  /**
   * @param place names the file in messages
   */
  ProtobufReader(ByteBuffer message, String place) {
    this.buffer = message.order(ByteOrder.LITTLE_ENDIAN);
    this.place = place;
  }

  /**
   * Goes to the next field, whose value must then be read or skipped; false at the end of the
   * message.
   */
  boolean next() {
    if (!buffer.hasRemaining()) {
      return false;
    }
    long key = varint();
    field = (int) (key >>> 3);
    wireType = (int) (key & 7);
    if (key >>> 32 != 0 || field == 0) {
      throw malformed("invalid field key " + key);
    }
    return true;
  }

  int field() {
    return field;
  }

  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> take(Long.BYTES);
      case LENGTH_DELIMITED -> take(varint());
      case FIXED32 -> take(Integer.BYTES);
      default -> throw malformed("field " + field + " has unknown wire type " + wireType);
    }
  }

  boolean readBool() {
    return readVarint() != 0;
  }

  long readVarint() {
    expect(VARINT);
    return varint();
  }

  float readFloat() {
    expect(FIXED32);
    return take(Float.BYTES).getFloat();
  }

  byte[] readBytes() {
    expect(LENGTH_DELIMITED);
    ByteBuffer slice = take(varint());
    byte[] bytes = new byte[slice.remaining()];
    slice.get(bytes);
    return bytes;
  }

  String readString() {
    expect(LENGTH_DELIMITED);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(take(varint())).toString();
    } catch (CharacterCodingException e) {
      throw malformed("field " + field + " is not UTF-8");
    }
  }

  ProtobufReader readMessage() {
    expect(LENGTH_DELIMITED);
    return new ProtobufReader(take(varint()), place);
  }

  private void expect(int type) {
    if (wireType != type) {
      throw malformed("field " + field + " has wire type " + wireType + ", expected " + type);
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (!buffer.hasRemaining()) {
        throw malformed("file ends inside a number");
      }
      byte b = buffer.get();
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("number of more than 10 bytes");
  }

  private ByteBuffer take(long length) {
    if (length < 0 || length > buffer.remaining()) {
      throw malformed(
          "field %d claims %s bytes, but %d are left"
              .formatted(field, Long.toUnsignedString(length), buffer.remaining()));
    }
    ByteBuffer slice = buffer.slice(buffer.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
    buffer.position(buffer.position() + (int) length);
    return slice;
  }

  private TokenizerException malformed(String what) {
    return new TokenizerException(place + " is no SentencePiece model or is damaged: " + what);
  }
}
