package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.Arguments;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Single operations, each on the inputs of its fixture. Fixtures have a batch dimension and are
 * channels-first, the engine's operations neither: {@link Case} permutes inputs and results.
 */
final class OpsParity {
  /** Computes the results of a case. */
  @FunctionalInterface
  interface Operation {
    void run(Case testCase);
  }

  /** One case of an operation: its inputs, its attributes, and where its results go. */
  final class Case {
    private final String name;
    private final JsonNode attributes;
    private final Ops ops;
    private final Map<String, Tensor> inputs = new HashMap<>();
    private final Map<String, List<float[]>> results = new LinkedHashMap<>();

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

    /** An attribute that only some cases have; a missing node if it has none. */
    JsonNode optionalAttribute(String key) {
      return attributes.path(key);
    }

    boolean has(String tensor) {
      return fixture.has(name + "/" + tensor);
    }

    /**
     * The result of an operation of the {@link Catalogue}.
     *
     * @param given arguments by name; others are the inputs and attributes of the case
     */
    Tensor call(String operation, Map<String, ?> given) {
      return Catalogue.signature(operation)
          .orElseThrow(() -> new IllegalArgumentException("no operation " + operation))
          .call(ops, new CaseArguments(given));
    }

    private final class CaseArguments implements Arguments {
      private final Map<String, ?> given;

      CaseArguments(Map<String, ?> given) {
        this.given = given;
      }

      @Override
      public Tensor optional(String operand) {
        if (given.get(operand) instanceof Tensor tensor) {
          return tensor;
        }
        return has(operand) ? input(operand) : null;
      }

      @Override
      public Object attribute(String key) {
        if (given.containsKey(key)) {
          return given.get(key);
        }
        for (Map.Entry<String, JsonNode> property : attributes.properties()) {
          if (PlainOperations.camelCase(property.getKey()).equals(key)) {
            JsonNode value = property.getValue();
            return value.isBoolean() ? value.booleanValue() : value.numberValue();
          }
        }
        return null;
      }
    }

    /** An input, on the device; the same tensor each time. */
    Tensor input(String tensor) {
      return inputs.computeIfAbsent(tensor, this::uploaded);
    }

    private Tensor uploaded(String tensor) {
      report.input(name + "/" + tensor);
      Tensor stored = fixture.tensor(name + "/" + tensor);
      return ops.upload(Tensor.of(stored.toFloats(), stored.shape().sizes()));
    }

    /** Whether an input is stored as truth values. */
    boolean isMask(String tensor) {
      DType dtype = fixture.tensor(name + "/" + tensor).dtype();
      return dtype == DType.U8 || dtype == DType.BOOL;
    }

    /** An input's elements, in host memory. */
    float[] values(String tensor) {
      report.input(name + "/" + tensor);
      return fixture.floats(name + "/" + tensor);
    }

    /** The elements of an input's batch. */
    List<Tensor> elements(String tensor) {
      Tensor batch = input(tensor);
      return IntStream.range(0, batch.intSize(0)).mapToObj(i -> batch.select(0, i)).toList();
    }

    /**
     * The elements of a batch of videos or of images, each as [frames, height, width, channels].
     */
    List<Tensor> videos(String tensor) {
      return elements(tensor).stream().map(this::channelsLast).toList();
    }

    private Tensor channelsLast(Tensor x) {
      return x.shape().rank() == 3
          ? ops.copy(x.permute(1, 2, 0)).reshape(1, x.size(1), x.size(2), x.size(0))
          : ops.copy(x.permute(1, 2, 3, 0));
    }

    /** The shape of an input, or of a result for operations that are told how large it is to be. */
    long[] sizes(String tensor) {
      return fixture.shape(name + "/" + tensor).sizes();
    }

    /** A result, or that of the next element of a batch. */
    void result(String tensor, float[] actual) {
      results.computeIfAbsent(tensor, _ -> new ArrayList<>()).add(actual);
    }

    void result(String tensor, Tensor actual) {
      result(tensor, ops.download(actual).toFloats());
    }

    /** A result of channels-last frames, which the fixture has channels-first. */
    void videoResult(String tensor, Tensor actual) {
      result(tensor, actual.permute(3, 0, 1, 2));
    }

    private void compare() {
      results.forEach((tensor, elements) ->
          report.compareBatch(fixture, tolerances, name + "/" + tensor, elements));
    }
  }

  private final Backend backend;
  private final Fixture fixture;
  private final Tolerances tolerances;
  private final Report report;

  OpsParity(Backend backend, Fixture fixture, Tolerances tolerances, Report report) {
    this.backend = backend;
    this.fixture = fixture;
    this.tolerances = tolerances;
    this.report = report;
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
      String kind = name.split("/", 2)[0];
      Optional<Operation> operation = LayerOperations.of(kind).or(() -> PlainOperations.of(kind));
      if (operation.isEmpty()) {
        report.notRun(name, "no such operation here");
        continue;
      }
      try (Ops ops = new Ops(backend)) {
        Case testCase = new Case(name, attributes.path(name), ops);
        operation.get().run(testCase);
        testCase.compare();
        report.requireAllSeen(fixture.namesOf(name));
      } catch (RuntimeException e) {
        report.ended(name, e);
      }
    }
  }
}
