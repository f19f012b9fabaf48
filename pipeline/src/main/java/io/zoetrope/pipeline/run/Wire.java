package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Control;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import jdk.net.ExtendedSocketOptions;

/**
 * What a job and a {@link GuidanceWorker} say to each other, over a connection that an interrupt
 * closes: numbers and texts of {@link DataOutputStream}, tensors with the bytes that they have in
 * memory.
 */
final class Wire implements AutoCloseable {
  /** First word of both sides; the last byte is the version. */
  static final int MAGIC = 0x5a544701;

  private static final int BUFFER = 1 << 16;
  private static final int MOST_DIMENSIONS = 8;
  private static final int MOST_TENSORS = 1024;
  private static final long MOST_BYTES = 1L << 33;

  /**
   * A machine that is gone without a word is asked after so many seconds, and then so many times.
   */
  private static final Map<SocketOption<Integer>, Integer> ASKING =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final SocketChannel channel;
  private final DataInputStream in;
  private final DataOutputStream out;

  /**
   * A connection.
   *
   * @param channel that is open, whether it is connected or not
   * @throws IOException if it is closed
   */
  Wire(SocketChannel channel) throws IOException {
    this.channel = channel;
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    for (var option : ASKING.entrySet()) {
      if (channel.supportedOptions().contains(option.getKey())) {
        channel.setOption(option.getKey(), option.getValue());
      }
    }
    // Of the streams of a channel those of its socket alone know a limit.
    in = new DataInputStream(new BufferedInputStream(channel.socket().getInputStream(), BUFFER));
    out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER));
  }

  /**
   * Says how long the other side may be silent.
   *
   * @param millis 0 for any time
   */
  void limitSilence(int millis) throws IOException {
    channel.socket().setSoTimeout(millis);
  }

  /** Sends a number. */
  Wire send(int value) throws IOException {
    out.writeInt(value);
    return this;
  }

  /** Sends a text. */
  Wire send(String text) throws IOException {
    out.writeUTF(text);
    return this;
  }

  /** Sends numbers. */
  Wire send(float... values) throws IOException {
    out.writeInt(values.length);
    for (float value : values) {
      out.writeFloat(value);
    }
    return this;
  }

  /** Sends a shape. */
  Wire send(Shape shape) throws IOException {
    out.writeInt(shape.rank());
    for (long size : shape.sizes()) {
      out.writeLong(size);
    }
    return this;
  }

  /** Sends a contiguous tensor in host memory. */
  Wire send(Tensor tensor) throws IOException {
    send(tensor.dtype().name()).send(tensor.shape());
    byte[] piece = new byte[BUFFER];
    MemorySegment bytes = tensor.segment();
    for (long from = 0; from < tensor.byteSize(); from += BUFFER) {
      int count = (int) Math.min(BUFFER, tensor.byteSize() - from);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, piece, 0, count);
      out.write(piece, 0, count);
    }
    return this;
  }

  /** Sends conditions whose tensors are contiguous and in host memory. */
  Wire send(Conditions conditions) throws IOException {
    send(conditions.prompts().size());
    for (TextEmbedding prompt : conditions.prompts()) {
      send(prompt.tokens()).send(prompt.length()).send(prompt.real());
    }
    send(conditions.images().size());
    for (Tensor image : conditions.images()) {
      send(image);
    }
    send(conditions.control().isPresent() ? 1 : 0);
    if (conditions.control().isPresent()) {
      Control control = conditions.control().get();
      send(control.latents()).send(control.scales().size());
      for (double scale : control.scales()) {
        out.writeDouble(scale);
      }
    }
    send(conditions.coordinates().isPresent() ? 1 : 0);
    if (conditions.coordinates().isPresent()) {
      send(conditions.coordinates().get());
    }
    return this;
  }

  /** Sends what was not sent yet. */
  void flush() throws IOException {
    out.flush();
  }

  /** The next number. */
  int number() throws IOException {
    return in.readInt();
  }

  /** The next number; empty if the other side says nothing more. */
  OptionalInt numberOrEnd() throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      return OptionalInt.empty();
    }
    in.reset();
    return OptionalInt.of(number());
  }

  /** Reads and forgets all that the other side says up to its end. */
  void skipToEnd() throws IOException {
    byte[] piece = new byte[BUFFER];
    while (in.read(piece) >= 0) {
      // It may be a lot.
    }
  }

  /** The next number, which says how many there are of something. */
  private int count(int most) throws IOException {
    int count = number();
    if (count < 0 || count > most) {
      throw new StreamCorruptedException("a count of " + count);
    }
    return count;
  }

  /** The next text. */
  String text() throws IOException {
    return in.readUTF();
  }

  /** The next numbers. */
  float[] floats() throws IOException {
    float[] values = new float[count(Integer.MAX_VALUE >> 4)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }

  /** The next shape. */
  Shape shape() throws IOException {
    long[] sizes = new long[count(MOST_DIMENSIONS)];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = in.readLong();
      if (sizes[i] < 0) {
        throw new StreamCorruptedException("a size of " + sizes[i]);
      }
    }
    return Shape.of(sizes);
  }

  /** The next tensor, in host memory. */
  Tensor tensor() throws IOException {
    String name = text();
    DType dtype =
        List.of(DType.F32, DType.BF16).stream()
            .filter(known -> known.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new StreamCorruptedException("a tensor of another type"));
    Shape shape = shape();
    if (shape.count() > MOST_BYTES / dtype.bytes()) {
      throw new StreamCorruptedException("a tensor of shape " + shape);
    }
    Tensor tensor = Tensor.zeros(dtype, shape.sizes());
    byte[] piece = new byte[BUFFER];
    MemorySegment bytes = tensor.segment();
    for (long from = 0; from < tensor.byteSize(); from += BUFFER) {
      int count = (int) Math.min(BUFFER, tensor.byteSize() - from);
      in.readFully(piece, 0, count);
      MemorySegment.copy(piece, 0, bytes, ValueLayout.JAVA_BYTE, from, count);
    }
    return tensor;
  }

  /** The next conditions. */
  Conditions conditions() throws IOException {
    List<TextEmbedding> prompts = new ArrayList<>();
    for (int left = count(MOST_TENSORS); left > 0; left--) {
      prompts.add(new TextEmbedding(tensor(), number(), number()));
    }
    List<Tensor> images = new ArrayList<>();
    for (int left = count(MOST_TENSORS); left > 0; left--) {
      images.add(tensor());
    }
    Optional<Control> control = number() == 0 ? Optional.empty() : Optional.of(control());
    Optional<Tensor> coordinates = number() == 0 ? Optional.empty() : Optional.of(tensor());
    return new Conditions(prompts, images, control, coordinates);
  }

  private Control control() throws IOException {
    Tensor latents = tensor();
    List<Double> scales = new ArrayList<>();
    for (int left = count(MOST_TENSORS); left > 0; left--) {
      scales.add(in.readDouble());
    }
    return new Control(latents, scales);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
