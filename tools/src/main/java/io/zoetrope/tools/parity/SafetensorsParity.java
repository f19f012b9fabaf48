package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.StricterRuleException;
import io.zoetrope.weights.WeightsException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeSet;

/**
 * Files with the verdict of the reference reader: accepted ones must give the same tensors,
 * rejected ones must be refused. Refusing by a documented stricter rule passes, and is named.
 */
final class SafetensorsParity {
  private static final int SHA_DIGITS = 16;

  private final Path folder;
  private final List<PathMatcher> selection;
  private final Report report;

  SafetensorsParity(Path folder, List<PathMatcher> selection, Report report) {
    this.folder = folder;
    this.selection = selection;
    this.report = report;
  }

  void run() {
    JsonNode cases = JsonConfig.read(folder.resolve("cases.json")).json().path("cases");
    for (JsonNode settings : cases) {
      String name = settings.path("file").asText();
      if (Fixture.selected(selection, name, name.replace(".safetensors", ""))) {
        run(name, settings.path("deserialize"));
      }
    }
  }

  private void run(String name, JsonNode reference) {
    if (!Files.isRegularFile(folder.resolve(name)) || !reference.has("verdict")) {
      report.notRun(name, "no such file, or no verdict of the reference");
      return;
    }
    boolean accepted = reference.path("verdict").asText().equals("accept");
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(name))) {
      if (!accepted) {
        report.fail(name, "accepted, the reference rejects it");
        return;
      }
      String difference = difference(file, reference.path("tensors"));
      if (difference == null) {
        report.verdict(name, "accepted, same tensors", true);
      } else {
        report.fail(name, difference);
      }
    } catch (StricterRuleException e) {
      report.verdict(
          name, (accepted ? "refused, stricter: " : "refused: ") + e.rule().description(), true);
    } catch (WeightsException e) {
      if (accepted) {
        report.fail(name, "refused, the reference accepts it: " + e.getMessage());
      } else {
        report.verdict(name, "refused", true);
      }
    }
  }

  /** What differs from the reference's tensors, or null. */
  private static String difference(SafetensorsFile file, JsonNode tensors) {
    TreeSet<String> names = new TreeSet<>();
    for (JsonNode expected : tensors) {
      String name = expected.path("name").asText();
      names.add(name);
      if (!file.names().contains(name)) {
        return "lacks '" + name + "'";
      }
      Tensor tensor = file.tensor(name).load();
      String shape =
          "[%s]"
              .formatted(
                  String.join(
                      ", ", expected.path("shape").valueStream().map(JsonNode::asText).toList()));
      if (!tensor.dtype().name().equals(expected.path("dtype").asText())
          || !tensor.shape().toString().equals(shape)
          || tensor.byteSize() != expected.path("bytes").asLong()) {
        return "'%s' is %s of %d bytes".formatted(name, tensor, tensor.byteSize());
      }
      if (!sha256(tensor.segment()).startsWith(expected.path("sha256").asText())) {
        return "'" + name + "' has other bytes";
      }
    }
    return names.equals(new TreeSet<>(file.names())) ? null : "has tensors " + file.names();
  }

  private static String sha256(MemorySegment bytes) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(bytes.toArray(ValueLayout.JAVA_BYTE));
      return HexFormat.of().formatHex(digest).substring(0, SHA_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
