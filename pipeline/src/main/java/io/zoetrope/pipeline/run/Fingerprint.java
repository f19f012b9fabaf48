package io.zoetrope.pipeline.run;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/** Tells weights, pictures and numbers from others: SHA-256, the first half of it. */
final class Fingerprint {
  private static final int BYTES = 16;

  /** Tensors of a source of which numbers are read. */
  private static final int TENSORS = 16;

  /** Numbers that are read of each. */
  private static final int NUMBERS = 64;

  private final MessageDigest digest;

  Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      // Every Java runtime has it.
      throw new IllegalStateException(e);
    }
  }

  /**
   * Adds the names and shapes of weights, and some of their numbers: a few reads, where all of them
   * would take minutes.
   */
  Fingerprint add(WeightSource weights) {
    List<String> names = new ArrayList<>(new TreeSet<>(weights.names()));
    for (String name : names) {
      StoredTensor tensor = weights.tensor(name);
      add(name + " " + tensor.encoding().name() + " " + tensor.shape());
    }
    float[] numbers = new float[NUMBERS];
    for (int i = 0; i < Math.min(TENSORS, names.size()); i++) {
      StoredTensor tensor =
          weights.tensor(names.get((int) ((long) i * names.size() / TENSORS % names.size())));
      int count = (int) Math.min(NUMBERS, tensor.count());
      tensor.read(0, numbers, 0, count);
      add(numbers, count);
    }
    return this;
  }

  Fingerprint add(String text) {
    digest.update(text.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) 0);
    return this;
  }

  /** Adds every sample of a clip, and its size. */
  Fingerprint add(VideoFrames clip) {
    add(clip.toString());
    for (int i = 0; i < clip.frames(); i++) {
      digest.update(clip.frame(i));
    }
    return this;
  }

  /** Adds the numbers of a tensor in host memory, and its shape. */
  Fingerprint add(Tensor tensor) {
    float[] values = tensor.toFloats();
    add(tensor.shape().toString());
    add(values, values.length);
    return this;
  }

  private void add(float[] values, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES);
    bytes.asFloatBuffer().put(values, 0, count);
    digest.update(bytes);
  }

  /** The fingerprint of what was added, in hexadecimal digits. */
  String text() {
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }
}
