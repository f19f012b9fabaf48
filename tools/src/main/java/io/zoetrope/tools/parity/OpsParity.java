package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Single operations, each on the inputs of its fixture. Fixtures have a batch dimension and are
 * channels-first, the engine's operations neither: {@link Case} permutes inputs and results.
 */
final class OpsParity {
  /** Computes the results of a case and compares them. */
  @FunctionalInterface
  interface Operation {
    void run(Case testCase);
  }

  /** One case of an operation: its inputs, its attributes, and where its results go. */
  final class Case {
    private final String name;
    private final JsonNode attributes;
    private final Ops ops;

    private Case(String name, JsonNode attributes, Ops ops) {
      this.name = name;
      this.attributes = attributes;
      this.ops = ops;
    }

    Ops ops() {
      return ops;
    }

    /** Name of the case without that of the operation. */
    String variant() {
      return name.substring(name.indexOf('/') + 1);
    }

    JsonNode attribute(String key) {
      if (!attributes.has(key)) {
        throw new IllegalArgumentException("attribute '" + key + "' is missing");
      }
      return attributes.get(key);
    }

    boolean has(String tensor) {
      return fixture.has(name + "/" + tensor);
    }

    /** An input, on the device. */
    Tensor input(String tensor) {
      report.input(name + "/" + tensor);
      Tensor stored = fixture.tensor(name + "/" + tensor);
      return ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    }

    float[] values(String tensor) {
      return input(tensor).toFloats();
    }

    /** A video of batch 1, [1, channels, frames, height, width] or an image, channels-last. */
    Tensor video(String tensor) {
      return video(input(tensor), 0);
    }

    /** One element of a batch of videos or of images, as [frames, height, width, channels]. */
    Tensor video(Tensor batch, int index) {
      Tensor x = batch.select(0, index);
      return x.shape().rank() == 3
          ? ops.copy(x.permute(1, 2, 0)).reshape(1, x.size(1), x.size(2), x.size(0))
          : ops.copy(x.permute(1, 2, 3, 0));
    }

    /** The shape of a result, for operations that are told how large it is to be. */
    long[] expectedSizes(String tensor) {
      return fixture.tensor(name + "/" + tensor).shape().sizes();
    }

    /** Compares a result. */
    void result(String tensor, float[] actual) {
      report.compare(fixture, tolerances, name + "/" + tensor, actual);
    }

    void result(String tensor, Tensor actual) {
      result(tensor, ops.download(actual).toFloats());
    }

    /** Compares channels-last frames with the fixture's channels-first ones. */
    void videoResult(String tensor, Tensor actual) {
      result(tensor, actual.permute(3, 0, 1, 2));
    }
  }

  private final Backend backend;
  private final Fixture fixture;
  private final Tolerances tolerances;
  private final Report report;
  private final Map<String, Operation> operations = new HashMap<>();

  OpsParity(Backend backend, Fixture fixture, Tolerances tolerances, Report report) {
    this.backend = backend;
    this.fixture = fixture;
    this.tolerances = tolerances;
    this.report = report;
    operations.putAll(VectorOperations.ALL);
    operations.putAll(VideoOperations.ALL);
  }

  void run() {
    JsonNode attributes = fixture.json().path("attributes");
    Set<String> names = new LinkedHashSet<>();
    for (String tensor : new TreeSet<>(fixture.names())) {
      names.add(tensor.substring(0, tensor.lastIndexOf('/')));
    }
    for (String name : names) {
      if (!fixture.selects(name)) {
        continue;
      }
      Operation operation = operations.get(name.split("/", 2)[0]);
      if (operation == null) {
        report.notRun(name, "no such operation here");
        continue;
      }
      try (Ops ops = new Ops(backend)) {
        operation.run(new Case(name, attributes.path(name), ops));
        report.requireAllSeen(fixture.namesOf(name));
      } catch (IllegalArgumentException e) {
        report.fail(name, e.getMessage());
      }
    }
  }

  /** The values of a batch's elements one after the other. */
  static float[] join(float[]... parts) {
    int length = 0;
    for (float[] part : parts) {
      length += part.length;
    }
    float[] joined = new float[length];
    int position = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, joined, position, part.length);
      position += part.length;
    }
    return joined;
  }
}
