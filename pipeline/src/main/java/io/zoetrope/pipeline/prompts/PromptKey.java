package io.zoetrope.pipeline.prompts;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * What decides about an embedding, as a hash.
 *
 * @param hex SHA-256 in hexadecimal digits
 */
public record PromptKey(String hex) {
  /** Elements that are looked at in each of some places of a weight. */
  private static final int SAMPLE = 64;

  private static final int PLACES = 8;

  /**
   * The key of a prompt.
   *
   * @param computation the engine with its version, the device, and what is computed in which
   *     number format
   * @param encoder the hash of the encoder's {@link #weights}
   * @param ids tokens, which say all that tokenizer and prompt do
   * @param realTokens how many are attended to
   */
  public static PromptKey of(List<String> computation, String encoder, int[] ids, int realTokens) {
    MessageDigest digest = sha256();
    computation.forEach(text -> add(digest, text));
    add(digest, encoder);
    ByteBuffer numbers = ByteBuffer.allocate((ids.length + 1) * Integer.BYTES).putInt(realTokens);
    for (int id : ids) {
      numbers.putInt(id);
    }
    digest.update(numbers.flip());
    return new PromptKey(HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * A hash of an encoder's weights: of names, shapes, formats, and of elements all over each of
   * them, since files may have dozens of gigabytes. Training, rounding and quantizing change all of
   * them.
   */
  public static String weights(List<StoredTensor> weights) {
    MessageDigest digest = sha256();
    for (StoredTensor weight : weights) {
      add(digest, weight.toString());
      int count = (int) Math.min(SAMPLE, weight.count());
      float[] sample = new float[count];
      ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES);
      for (int place = 0; place < PLACES; place++) {
        weight.read((weight.count() - count) * place / (PLACES - 1), sample, 0, count);
        bytes.clear().asFloatBuffer().put(sample);
        digest.update(bytes);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** A hash of a contiguous tensor in host memory. */
  static String hash(Tensor tensor) {
    MessageDigest digest = sha256();
    add(digest, tensor.dtype() + " " + tensor.shape());
    digest.update(tensor.segment().asByteBuffer());
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
