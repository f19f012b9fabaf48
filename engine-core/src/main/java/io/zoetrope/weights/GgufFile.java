package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileKind;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * A GGUF file, version 2 or 3: magic, counts, metadata, descriptions of the tensors, their bytes.
 *
 * <p>Opening reads and checks all but the bytes of the tensors, which are read when they are used.
 * Format: <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">gguf.md</a>. Stricter
 * than ggml's Python reader, this one refuses big-endian files, offsets that are not aligned or not
 * within the file, tensors that overlap, arrays of arrays, and control characters in names. Tensors
 * may have five dimensions and more, and a file may go on behind its data.
 */
public final class GgufFile extends TensorFile<GgufHeader.Entry> {
  /** Ggml's tensors have no more dimensions; writers fold what has. */
  private static final int GGML_DIMENSIONS = 4;

  private final GgufMetadata metadata;

  private GgufFile(WeightFile file, GgufHeader header) {
    super(file, header.entries());
    this.metadata = header.metadata();
  }

  /**
   * Opens a file and checks what it says about its tensors.
   *
   * @throws WeightsException if it cannot be read or breaks a rule of the format; the message names
   *     the file and the rule
   */
  public static GgufFile open(Path path) {
    return WeightFile.open(path, GgufFile::read);
  }

  /** Whether a file begins as one of this format. */
  static boolean isGguf(WeightFile file) {
    byte[] magic = GgufHeader.MAGIC.getBytes(StandardCharsets.US_ASCII);
    byte[] found = new byte[magic.length];
    if (file.size() < magic.length) {
      return false;
    }
    file.read(0, MemorySegment.ofArray(found));
    return Arrays.equals(magic, found);
  }

  static GgufFile read(WeightFile file) {
    if (!isGguf(file)) {
      file.refuseOthers(FileKind.GGUF);
      throw new WeightsException(
          "%s: is no GGUF file: it does not begin with '%s'".formatted(file, GgufHeader.MAGIC));
    }
    return new GgufFile(file, GgufHeader.parse(file.toString(), file.from(0), file.size()));
  }

  @Override
  public StoredTensor tensor(String name) {
    return tensor(name, entry(name).shape());
  }

  /**
   * The tensor of a name, in the shape that is asked for if it is one that writers of the format
   * may have folded: they leave out sizes of 1, and multiply those beyond the fourth.
   */
  @Override
  public StoredTensor tensor(String name, Shape shape) {
    GgufHeader.Entry entry = entry(name);
    return new StoredTensor(
        name,
        entry.encoding(),
        isFolded(entry.shape(), shape) ? shape : entry.shape(),
        file().from(entry.begin()),
        file());
  }

  private static boolean isFolded(Shape stored, Shape wanted) {
    return stored.count() == wanted.count()
        && (wanted.rank() > GGML_DIMENSIONS || Arrays.equals(large(stored), large(wanted)));
  }

  private static long[] large(Shape shape) {
    return Arrays.stream(shape.sizes()).filter(size -> size != 1).toArray();
  }

  /** The metadata as texts; arrays by their length and type. */
  @Override
  public Map<String, String> metadata() {
    return metadata.texts();
  }

  /** The metadata by type, arrays included. */
  public GgufMetadata values() {
    return metadata;
  }
}
