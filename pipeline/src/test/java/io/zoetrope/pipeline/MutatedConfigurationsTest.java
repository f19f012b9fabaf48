package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ContainerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever stands in the files of a model folder, it is read or refused in one line. {@code
 * -Dzoetrope.fuzz=N} asks for N mutations of each file.
 */
class MutatedConfigurationsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "-1",
          "0",
          "1",
          "2",
          "3",
          "7",
          "64",
          "1000",
          "2147483647",
          "2147483648",
          "-2147483648",
          "9223372036854775807",
          "1e308",
          "-1e308",
          "1e-320",
          "1e39",
          "1e999",
          "0.5",
          "\"\"",
          "\"x\"",
          "\"\\ud800\"",
          "\"\\u0000\"",
          "\"\\u009b31m\"",
          "\"../x\"",
          "\"Infinity\"",
          "[]",
          "{}",
          "[[]]",
          "[1,2]",
          "[1,1,1]",
          "[null]",
          "[-1,0,1]",
          "[\"a\",\"b\"]",
          "[\"a\",\"b\",\"c\"]",
          "{\"a\":{}}",
          "{\"type\":\"Sequence\"}",
          "99999999999999999999999");

  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void copyModel() throws IOException {
    model = folder.resolve("model");
    Path source = Fixtures.path("wan21-t2v-tiny");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = model.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.getFileName().toString().startsWith("golden")) {
          Files.copy(file, target);
        }
      }
    }
    Files.writeString(
        model.resolve("zoetrope.json"),
        """
        {"width": 32, "height": 32, "num_frames": 5, "num_inference_steps": 2, "guidance_scale": 3.5,
         "fps": 8}\
        """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model_index.json",
        "zoetrope.json",
        "transformer/config.json",
        "vae/config.json",
        "scheduler/scheduler_config.json",
        "text_encoder/config.json",
        "tokenizer/tokenizer_config.json",
        "tokenizer/tokenizer.json",
        "transformer/diffusion_pytorch_model.safetensors.index.json"
      })
  void isReadOrRefused(String name) throws IOException {
    Path file = model.resolve(name);
    String original = Files.readString(file);
    Random random = new Random(name.hashCode());
    int refused = 0;
    int count = Integer.getInteger("zoetrope.fuzz", 40);
    Map<String, Throwable> bugs = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      byte[] mutated = i % 4 == 0 ? flipped(original, random) : changed(original, random);
      Files.write(file, mutated);
      try {
        open();
      } catch (ExpectedException e) {
        refused++;
        if (!isOneLine(String.valueOf(e.getMessage()))) {
          bugs.put("message of " + e.getStackTrace()[0], e);
        }
      } catch (RuntimeException | Error e) {
        bugs.put(e.getClass() + " of " + e.getStackTrace()[0], e);
        Files.write(Path.of("target", "mutated-%d-%s".formatted(i, file.getFileName())), mutated);
      }
    }
    bugs.values().stream()
        .findFirst()
        .ifPresent(first -> {
          throw new AssertionError(name + ": " + bugs.keySet(), first);
        });
    assertTrue(refused > count / 10, "refused " + refused);
  }

  private static boolean isOneLine(String message) {
    return message.lines().count() == 1
        && message.length() < 2000
        && message.equals(Printable.escape(message));
  }

  /** As the command line does it before a job. */
  private void open() {
    try (Backend device = new ReferenceBackend();
        VideoPipeline pipeline = VideoPipeline.open(model, device, DType.F32)) {
      GenerationRequest request = pipeline.request("a red ball").with(new ClipSize(32, 32, 5));
      pipeline.job(request);
      pipeline.needs(request.with(Setting.STEPS, 2));
    }
  }

  private static byte[] flipped(String original, Random random) {
    byte[] bytes = original.getBytes(StandardCharsets.UTF_8);
    for (int change = random.nextInt(3); change >= 0; change--) {
      bytes[random.nextInt(bytes.length)] =
          (byte) "{}[]\",:0189-.eE\\u \0\u0080".charAt(random.nextInt(20));
    }
    return bytes;
  }

  /** Up to three values are replaced, removed, or put somewhere else. */
  private static byte[] changed(String original, Random random) throws IOException {
    JsonNode root = MAPPER.readTree(original);
    List<ContainerNode<?>> places = new ArrayList<>();
    collect(root, places);
    for (int change = random.nextInt(3); change >= 0; change--) {
      JsonNode value = MAPPER.readTree(VALUES.get(random.nextInt(VALUES.size())));
      change(places.get(random.nextInt(places.size())), value, random);
    }
    return MAPPER.writeValueAsBytes(root);
  }

  /** Objects and arrays; of a vocabulary the first pieces. */
  private static void collect(JsonNode node, List<ContainerNode<?>> places) {
    if (node instanceof ContainerNode<?> container) {
      places.add(container);
      node.valueStream().limit(30).forEach(child -> collect(child, places));
    }
  }

  private static void change(ContainerNode<?> place, JsonNode value, Random random) {
    if (place instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(6)) {
        case 0 -> object.remove(name);
        case 1 -> object.set(names.get(random.nextInt(names.size())), object.get(name));
        case 2 -> object.set(value.isTextual() ? value.textValue() : "new", object.get(name));
        default -> object.set(name, value);
      }
    } else if (place instanceof ArrayNode array) {
      int index = array.isEmpty() ? 0 : random.nextInt(array.size());
      switch (random.nextInt(4)) {
        case 0 -> array.remove(index);
        case 1 -> array.insert(index, value);
        case 2 -> array.removeAll();
        default -> array.add(value);
      }
    }
  }
}
