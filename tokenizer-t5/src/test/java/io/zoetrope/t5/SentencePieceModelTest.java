package io.zoetrope.t5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceModelTest {
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  @TempDir private Path folder;

  @Test
  void damagedFilesGiveOneClearError() throws IOException {
    byte[] good =
        Files.readAllBytes(Fixtures.resource("t5-layout-with-map").resolve("spiece.model"));
    Random random = new Random(1);
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bad = Arrays.copyOf(good, i % 2 == 0 ? random.nextInt(good.length) : good.length);
      for (int flips = i % 2 * 3; flips > 0; flips--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      refused += readOrRefuse(bad) ? 0 : 1;
    }
    assertTrue(refused > 300, "most damaged files must be noticed");
  }

  /**
   * A cut between two pieces leaves a valid model, so both outcomes are possible; any other
   * exception is a fault.
   */
  private boolean readOrRefuse(byte[] bytes) throws IOException {
    try {
      read(bytes).encode("A cat walks on the grass \uFB01 \u00BD");
      return true;
    } catch (TokenizerException e) {
      assertEquals(1, e.getMessage().lines().count(), e.getMessage());
      return false;
    }
  }

  @Test
  void missingAndForeignFilesAreNamed() throws IOException {
    Path missing = folder.resolve("spiece.model");
    assertTrue(
        assertThrows(TokenizerException.class, () -> SentencePieceModel.read(missing))
            .getMessage()
            .contains("spiece.model"));
    String message = assertThrows(TokenizerException.class, () -> read(new byte[0])).getMessage();
    assertTrue(message.endsWith("it is empty: download it again"), message);
    byte[] bpe =
        new Message()
            .piece("<unk>", 0, UNKNOWN)
            .bytes(2, new Message().varint(3, 2).toBytes())
            .toBytes();
    message = assertThrows(TokenizerException.class, () -> read(bpe)).getMessage();
    assertTrue(message.contains("model type 2"), message);
  }

  @Test
  void userDefinedPiecesWinAndUnusedOnesAreIgnored() throws IOException {
    SentencePieceModel model =
        read(
            new Message()
                .piece("<unk>", 0, UNKNOWN)
                .piece("ab", -1, NORMAL)
                .piece("bc", -50, USER_DEFINED)
                .piece("abc", -0.5f, UNUSED)
                .piece("a", -3, NORMAL)
                .piece("c", -3, NORMAL)
                .bytes(3, new Message().varint(3, 0).toBytes())
                .toBytes());
    assertArrayEquals(new int[] {4, 2}, model.encode("abc"));
    assertArrayEquals(new int[] {1, 0, 5}, model.encode("abxyc"));
  }

  @Test
  void spacesFollowTheNormalizerSpec() throws IOException {
    SentencePieceModel defaults = read(spaceAndLetter().toBytes());
    assertArrayEquals(new int[] {1, 2, 1, 2}, defaults.encode("  a   a "));
    SentencePieceModel verbatim =
        read(
            spaceAndLetter().bytes(3, new Message().varint(3, 0).varint(4, 0).toBytes()).toBytes());
    assertArrayEquals(new int[] {1, 1, 2, 1}, verbatim.encode("  a "));
    SentencePieceModel suffix =
        read(spaceAndLetter().bytes(2, new Message().varint(24, 1).toBytes()).toBytes());
    assertArrayEquals(new int[] {2, 1, 2, 1}, suffix.encode(" a  a "));
  }

  private static Message spaceAndLetter() {
    return new Message()
        .piece("<unk>", 0, UNKNOWN)
        .piece("\u2581", -1, NORMAL)
        .piece("a", -1, NORMAL);
  }

  private SentencePieceModel read(byte[] bytes) throws IOException {
    Path file = folder.resolve("model");
    Files.write(file, bytes);
    return SentencePieceModel.read(file);
  }

  /** Writes a message in the Protocol Buffers wire format. */
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message piece(String text, float score, int type) {
      byte[] scoreBytes =
          ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(score).array();
      Message piece = new Message().bytes(1, text.getBytes(StandardCharsets.UTF_8));
      piece.writeVarint(2 << 3 | 5);
      piece.out.writeBytes(scoreBytes);
      return bytes(1, piece.varint(3, type).toBytes());
    }

    Message varint(int field, int value) {
      writeVarint(field << 3);
      writeVarint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      writeVarint(field << 3 | 2);
      writeVarint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] toBytes() {
      return out.toByteArray();
    }

    private void writeVarint(int value) {
      int rest = value;
      while (rest >= 0x80) {
        out.write(rest & 0x7F | 0x80);
        rest >>>= 7;
      }
      out.write(rest);
    }
  }
}
