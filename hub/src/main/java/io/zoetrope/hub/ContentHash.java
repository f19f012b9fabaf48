package io.zoetrope.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/**
 * What names a content: the SHA-256 of a file that the hub keeps beside git (LFS), or the SHA-1 of
 * a blob of git. The length tells them apart; both name files in the cache, and hold nothing but
 * hexadecimal digits.
 *
 * @param hex the digits, in lower case
 */
record ContentHash(String hex) {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
  private static final int SHA256_DIGITS = 64;
  private static final int PIECE = 1 << 20;

  ContentHash {
    if (!HASH.matcher(hex).matches()) {
      throw new IllegalArgumentException(hex + " is no SHA-1 or SHA-256");
    }
  }

  /** The hash of such digits; empty if they are none. */
  static Optional<ContentHash> parse(String hex) {
    return HASH.matcher(hex).matches() ? Optional.of(new ContentHash(hex)) : Optional.empty();
  }

  /** Whether the hub keeps the content beside git. */
  boolean isSha256() {
    return hex.length() == SHA256_DIGITS;
  }

  /**
   * Whether a file has this content.
   *
   * @param hashed hears of bytes that have been read
   * @throws IOException if it cannot be read
   */
  boolean isOf(Path file, LongConsumer hashed) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      MessageDigest digest = MessageDigest.getInstance(isSha256() ? "SHA-256" : "SHA-1");
      if (!isSha256()) {
        digest.update("blob %d\0".formatted(channel.size()).getBytes(StandardCharsets.US_ASCII));
      }
      ByteBuffer buffer = ByteBuffer.allocateDirect(PIECE);
      for (int count = channel.read(buffer); count >= 0; count = channel.read(buffer)) {
        digest.update(buffer.flip());
        buffer.clear();
        hashed.accept(count);
      }
      return HexFormat.of().formatHex(digest.digest()).equals(hex);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1 and SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return hex;
  }
}
