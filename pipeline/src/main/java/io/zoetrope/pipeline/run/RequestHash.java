package io.zoetrope.pipeline.run;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.Input;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.WeightSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over what decides about a clip, one thing after the other. */
final class RequestHash {
  /** Elements of a weight that are looked at; training changes all of them. */
  private static final int SAMPLE = 64;

  private final MessageDigest digest;

  RequestHash() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    digest.update(bytes);
  }

  private void add(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
  }

  void add(Input input) {
    add(input.title());
    switch (input) {
      case Input.Noise noise -> add(noise.values());
      case Input.Clip clip -> {
        add(clip.frames());
        add(Double.toString(clip.strength()));
      }
      case Input.Latents latents -> {
        add(latents.values());
        add(Double.toString(latents.strength()));
      }
      case Input.Condition condition -> {
        add(condition.frames());
        add(Double.toString(condition.strength()));
      }
      case Input.Image image -> add(image.picture());
      case Input.Reference reference -> add(reference.picture());
      case Input.Control control -> add(control.frames());
      case Input.Mask mask -> add(mask.frames());
    }
  }

  private void add(VideoFrames frames) {
    add(frames.toString());
    frames.forEach(digest::update);
  }

  private void add(Tensor values) {
    add(values.shape().toString());
    add(values.toFloats());
  }

  private void add(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length);
    bytes.asFloatBuffer().put(values);
    digest.update(bytes);
  }

  /**
   * Adds names, shapes and the first elements of all weights: files may have dozens of gigabytes.
   */
  void add(WeightSource weights) {
    for (String name : weights.names()) {
      StoredTensor weight = weights.tensor(name);
      add(name + weight.shape());
      float[] sample = new float[(int) Math.min(SAMPLE, weight.count())];
      weight.read(0, sample, 0, sample.length);
      add(sample);
    }
  }

  /** The hash in hexadecimal digits; nothing can be added afterwards. */
  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
