package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.BlocksOfInt8;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.RowFactors;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.cases.RandomCodes;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of a format that a backend has never heard of. */
abstract class EncodingContract {
  private static final List<DType> COMPUTED = List.of(DType.F32, DType.BF16);

  private final Random random = new Random(20250607);
  private Ops tested;
  @TempDir private Path folder;

  /** The backend under test. */
  protected abstract Backend open();

  @BeforeEach
  void openBackend() {
    tested = new Ops(open());
  }

  @AfterEach
  void closeBackend() {
    if (tested != null) {
      tested.close();
      tested.backend().close();
    }
  }

  private Tensor values(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    for (long i = 0; i < tensor.count(); i++) {
      Conversions.fromFloat(tensor.segment(), dtype, i, (float) random.nextGaussian());
    }
    return tensor;
  }

  private record Source(Map<String, StoredTensor> tensors) implements WeightSource {
    @Override
    public Set<String> names() {
      return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) {
      return tensors.get(name);
    }

    @Override
    public String description() {
      return "memory";
    }
  }

  /** The same bits as if the numbers had been decoded beforehand. */
  @Test
  void blocksOfCodesAreWeightsLikeOthers() {
    Random random = new Random(11);
    StoredTensor matrix = BlocksOfInt8.random(random, 75, 96);
    StoredTensor kernel = BlocksOfInt8.random(random, 17, 32, 1, 3, 3);
    StoredTensor vector = BlocksOfInt8.random(random, 96);
    Weights all =
        Weights.of(
            new Source(Map.of("matrix", matrix, "kernel", kernel, "vector", vector)),
            tested.backend());
    for (DType rounding : COMPUTED) {
      Weights weights = all.roundedTo(rounding);
      Tensor blocks = weights.get("matrix", 75, 96);
      Tensor plain = plain(matrix, rounding);
      assertEquals(rounding, blocks.dtype());
      for (DType dtype : COMPUTED) {
        String what = "blocks as %s by %s".formatted(rounding, dtype);
        Tensor x = tested.upload(values(dtype, 13, 96));
        equal(what, linear(x, blocks), linear(x, plain));
        equal(
            what + ", some rows",
            linear(x, blocks.narrow(0, 3, 40)),
            linear(x, plain.narrow(0, 3, 40)));
        int[] ids = {74, 0, 5};
        equal(
            what + ", as a table",
            tested.embedding(blocks, ids, dtype),
            tested.embedding(plain, ids, dtype));
        equal(
            what + ", as a vector",
            tested.rmsNorm(x, weights.get("vector", 96), 1e-6f),
            tested.rmsNorm(x, plain(vector, rounding), 1e-6f));
        Tensor video = tested.upload(values(dtype, 2, 6, 5, 32));
        equal(
            what + ", as a convolution",
            convolution(video, weights.get("kernel", 17, 32, 1, 3, 3)),
            convolution(video, plain(kernel, rounding)));
      }
    }
    all.requireAllUsed();
  }

  /** Matrices that are read anew by each product give what packed ones give, to the bit. */
  @Test
  void storedWeightsGiveWhatPackedOnesGive() throws IOException {
    Random random = new Random(13);
    Path path = folder.resolve("stored.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of("f32", values(DType.F32, 75, 96), "bf16", values(DType.BF16, 75, 96)),
        Map.of());
    try (WeightSource file = WeightSource.open(path)) {
      for (StoredTensor matrix :
          List.of(
              file.tensor("f32"),
              file.tensor("bf16"),
              StoredTensor.of("f16", values(DType.F16, 75, 96)),
              BlocksOfInt8.random(random, 75, 96))) {
        for (DType rounding : COMPUTED) {
          Tensor packed = tested.backend().place(matrix, rounding);
          Tensor stored = tested.backend().place(matrix, rounding, Residence.STORED);
          for (DType dtype : COMPUTED) {
            String what = "%s as %s by %s".formatted(matrix, rounding, dtype);
            // More rows than a block has, and few.
            for (int rows : new int[] {200, 3}) {
              Tensor x = tested.upload(values(dtype, rows, 96));
              equal(what, linear(x, stored), linear(x, packed));
              equal(what, linear(x, stored.narrow(0, 3, 40)), linear(x, packed.narrow(0, 3, 40)));
            }
            Tensor x = tested.upload(values(dtype, 5, 96));
            Tensor bias = tested.upload(values(DType.F32, 75));
            equal(what, several(x, stored, bias), several(x, packed, bias));
          }
        }
      }
    }
  }

  /**
   * Weights of every quantized form, multiplied as they are stored, give what those give that were
   * decoded beforehand, to the bit.
   */
  @Test
  void quantizedFormsAreDecodedWhileTheyAreMultiplied() {
    Random random = new Random(15);
    float[] factors = new float[20];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) random.nextGaussian();
    }
    List<Encoding> forms = new ArrayList<>(List.of(GgmlBlocks.values()));
    for (DType codes : List.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8)) {
      Encoding plain = new Plain(codes);
      forms.add(new Adjusted(plain, "by row", new RowFactors(factors, 256)));
      forms.add(new Adjusted(plain, "scaled", new RowFactors(new float[] {0.7f}, 20 * 256)));
      if (codes != DType.I8) {
        forms.add(plain);
      }
    }
    for (Encoding form : forms) {
      Tensor bytes = RandomCodes.of(form, random, 20 * 256);
      StoredTensor weight =
          new StoredTensor(
              "weight",
              form,
              Shape.of(20, 256),
              new StoredBytes.InMemory(bytes.segment()),
              Lifetime.UNBOUNDED);
      for (DType rounding : COMPUTED) {
        float[] numbers = new float[20 * 256];
        weight.read(0, numbers, 0, numbers.length);
        Tensor decoded = tested.backend().place(Tensor.of(numbers, 20, 256), rounding);
        Tensor stored = tested.backend().place(weight, rounding, Residence.STORED);
        Tensor x = tested.upload(values(rounding, 3, 256));
        String what = form.name() + " as " + rounding;
        equal(what, linear(x, stored), linear(x, decoded));
        equal(what, linear(x, stored.narrow(0, 3, 9)), linear(x, decoded.narrow(0, 3, 9)));
        equal(what, linear(x, tested.backend().place(weight, rounding)), linear(x, decoded));
      }
    }
  }

  /** Maps of the same rows, and those that join what is there. */
  private Tensor several(Tensor x, Tensor weight, Tensor bias) {
    List<Tensor> both = tested.linears(x, List.of(weight, weight), List.of(bias, bias));
    tested.linearMultiplyInPlace(both.get(0), x, weight, null);
    tested.addInPlace(both.get(1), tested.linearProduct(x, weight, bias));
    tested.addInPlace(both.get(0), both.get(1));
    return both.get(0);
  }

  /** What is read anew takes memory of threads alone, and as much as a dry run says. */
  @Test
  void bytesOfStoredWeightsAreForetold() throws IOException {
    Path path = folder.resolve("bytes.safetensors");
    SafetensorsWriter.write(path, Map.of("weight", values(DType.F32, 64, 96)), Map.of());
    try (WeightSource file = WeightSource.open(path);
        Ops computing = new Ops(tested.backend());
        Ops dryRun = new Ops(new DryRunBackend(tested.backend()))) {
      StoredTensor blocks = BlocksOfInt8.random(new Random(14), 64, 96);
      StoredTensor known = StoredTensor.of("fp8", values(DType.F8_E4M3, 64, 96));
      for (Ops ops : List.of(computing, dryRun)) {
        for (StoredTensor weight : List.of(file.tensor("weight"), blocks, known)) {
          long before = ops.weightBytes();
          Tensor x = ops.upload(values(DType.F32, 2, 96));
          Tensor placed = ops.backend().place(weight, DType.F32, Residence.STORED);
          ops.linear(x, placed, null, Activation.NONE);
          long packed = 64L * 96 * placed.dtype().bytes();
          long taken = tested.backend().storedBytes(weight).orElse(packed);
          assertEquals(taken, ops.weightBytes() - before, weight::toString);
          assertTrue(taken <= packed, weight::toString);
        }
      }
      assertEquals(computing.peakBytes(), dryRun.peakBytes());
    }
  }

  /** A dry run knows what they take, from their encoding alone. */
  @Test
  void bytesOfBlocksAreForetold() {
    StoredTensor matrix = BlocksOfInt8.random(new Random(12), 64, 96);
    for (DType rounding : COMPUTED) {
      long taken = weightBytes(tested, matrix, rounding);
      try (Ops dryRun = new Ops(new DryRunBackend(tested.backend()))) {
        assertEquals(taken, weightBytes(dryRun, matrix, rounding));
      }
      assertEquals(64L * 96 * rounding.bytes(), taken);
    }
  }

  /** Whoever has the wrong model wants to know which of its weights does not fit. */
  @Test
  void errorsNameTheWeight() {
    StoredTensor stored =
        StoredTensor.of("blocks.0.ffn.weight", Tensor.zeros(DType.F32, 4, 2, 1, 1, 1));
    Tensor weight = tested.backend().place(stored, DType.F32);
    Tensor matrix = weight.reshape(4, 2);
    Tensor x = tested.upload(Tensor.zeros(DType.F32, 5, 3));
    String linear =
        assertThrows(IllegalArgumentException.class, () -> linear(x, matrix)).getMessage();
    assertTrue(linear.contains("F32 [4, 2] 'blocks.0.ffn.weight'"), linear);
    Tensor video = tested.upload(Tensor.zeros(DType.F32, 1, 2, 2, 3));
    String convolution =
        assertThrows(IllegalArgumentException.class, () -> convolution(video, weight)).getMessage();
    assertTrue(convolution.contains("F32 [4, 2, 1, 1, 1] 'blocks.0.ffn.weight'"), convolution);
    String vector =
        assertThrows(
                IllegalArgumentException.class, () -> tested.rmsNorm(x, matrix.select(0, 1), 1e-6f))
            .getMessage();
    assertTrue(vector.contains("F32 [2] 'blocks.0.ffn.weight'"), vector);
  }

  /** What is left of a file that somebody cuts is no reason to crash, on any path of a weight. */
  @Test
  void weightsOfAFileThatIsCutAreAnError() throws IOException {
    for (DType stored : List.of(DType.F32, DType.BF16, DType.F16)) {
      Path path = folder.resolve(stored + ".safetensors");
      SafetensorsWriter.write(path, Map.of("weight", values(stored, 64, 32, 1, 3, 3)), Map.of());
      try (WeightSource source = WeightSource.open(path)) {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
          file.truncate(file.size() / 2);
        }
        for (DType rounding : COMPUTED) {
          Tensor x = tested.upload(values(DType.F32, 3, 32 * 9));
          cut(path, source, rounding, weight -> linear(x, weight.reshape(64, 32 * 9)));
          cut(path, source, rounding, weight -> tested.rmsNorm(x, vector(weight), 1e-6f));
          cut(
              path,
              source,
              rounding,
              weight -> tested.embedding(weight.reshape(64, 32 * 9), new int[] {0, 63}, DType.F32));
          Tensor video = tested.upload(values(DType.F32, 2, 6, 5, 32));
          cut(path, source, rounding, weight -> convolution(video, weight));
        }
      }
    }
  }

  /** A part of the weight that its file has lost. */
  private static Tensor vector(Tensor weight) {
    return weight.reshape(64, 32 * 9).select(0, 60);
  }

  private void cut(Path path, WeightSource source, DType rounding, Consumer<Tensor> use) {
    StoredTensor stored = source.tensor("weight");
    String message =
        assertThrows(
                WeightsException.class, () -> use.accept(tested.backend().place(stored, rounding)))
            .getMessage();
    assertTrue(message.startsWith(path + ": changed while it was read: it had "), message);
  }

  private long weightBytes(Ops ops, StoredTensor weight, DType rounding) {
    long before = ops.weightBytes();
    Tensor x = ops.upload(values(DType.F32, 2, weight.shape().size(1)));
    ops.linear(x, ops.backend().place(weight, rounding), null, Activation.NONE);
    return ops.weightBytes() - before;
  }

  private Tensor plain(StoredTensor blocks, DType rounding) {
    return tested.backend().place(BlocksOfInt8.decodedBeforehand(blocks), rounding);
  }

  private Tensor linear(Tensor x, Tensor weight) {
    return tested.linear(x, weight, null, Activation.NONE);
  }

  private Tensor convolution(Tensor x, Tensor weight) {
    return tested.conv3d(x, null, weight, null, ConvGeometry.causal(0, 1));
  }

  private void equal(String what, Tensor got, Tensor want) {
    CaseCheck.checkEqual(what, tested.download(got), tested.download(want));
  }
}
