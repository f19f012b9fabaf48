package io.zoetrope.dit.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** The float32 tensors of a small safetensors file. */
final class GoldenTensors {
  private final JsonNode header;
  private final ByteBuffer data;

  GoldenTensors(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] json = new byte[Math.toIntExact(bytes.getLong())];
    bytes.get(json);
    header = new ObjectMapper().readTree(json);
    data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  float[] get(String name) {
    JsonNode entry = header.required(name);
    int begin = entry.get("data_offsets").get(0).intValue();
    int end = entry.get("data_offsets").get(1).intValue();
    float[] values = new float[(end - begin) / Float.BYTES];
    data.slice(begin, end - begin).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  /** The folder of fixtures: as configured, or in the nearest parent of the working directory. */
  static Path fixtures() {
    String configured = System.getProperty("zoetrope.fixtures");
    if (configured != null) {
      return Path.of(configured);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isDirectory(folder.resolve("fixtures"))) {
      folder = folder.getParent();
    }
    return folder.resolve("fixtures");
  }
}
