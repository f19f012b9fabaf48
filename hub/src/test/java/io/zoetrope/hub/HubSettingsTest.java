package io.zoetrope.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which variable says what, as {@code constants.py} of {@code huggingface_hub} reads them. */
class HubSettingsTest {
  @TempDir Path home;

  private HubSettings of(Map<String, String> environment) {
    return HubSettings.of(environment, home);
  }

  @Test
  void theMostSpecificFolderCounts() {
    Map<String, String> environment = new LinkedHashMap<>();
    assertEquals(home.resolve(".cache/huggingface/hub"), of(environment).cache());
    Map<String, String> cacheOf = new LinkedHashMap<>();
    cacheOf.put("XDG_CACHE_HOME", "huggingface/hub");
    cacheOf.put("HF_HOME", "hub");
    cacheOf.put("HUGGINGFACE_HUB_CACHE", "");
    cacheOf.put("HF_HUB_CACHE", "");
    cacheOf.forEach((name, below) -> {
      environment.put(name, home.resolve(name).toString());
      assertEquals(home.resolve(name).resolve(below), of(environment).cache(), name);
    });
    assertEquals(home.resolve("mine"), of(Map.of("HF_HUB_CACHE", "~/mine")).cache());
  }

  @Test
  void theVariableOfTheTokenCountsBeforeItsFile() throws IOException {
    assertEquals(Optional.empty(), of(Map.of()).token());
    Path file = home.resolve(".cache/huggingface/token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "hf_file\n");
    assertEquals("hf_file", of(Map.of()).token().orElseThrow().value());
    Path other = Files.writeString(home.resolve("other"), "hf_other");
    Map<String, String> named = Map.of("HF_TOKEN_PATH", other.toString());
    assertEquals("hf_other", of(named).token().orElseThrow().value());
    assertEquals("hf_x", of(Map.of("HF_TOKEN", " hf_x ")).token().orElseThrow().value());
    HubException refused =
        assertThrows(HubException.class, () -> of(Map.of("HF_TOKEN", "hf_x\nHost: evil")));
    assertFalse(refused.getMessage().contains("evil"), refused.getMessage());
  }

  @Test
  void readsTheRest() {
    HubSettings defaults = of(Map.of());
    assertEquals("huggingface.co", defaults.endpoint().getHost());
    assertFalse(defaults.isOffline());
    assertEquals(Duration.ofSeconds(10), defaults.stallTimeout());
    assertEquals(
        "http://127.0.0.1:1/hub",
        of(Map.of("HF_ENDPOINT", "http://127.0.0.1:1/hub/")).endpoint().toString());
    assertTrue(of(Map.of("HF_HUB_OFFLINE", "1")).isOffline());
    assertTrue(of(Map.of("TRANSFORMERS_OFFLINE", "yes")).isOffline());
    assertFalse(of(Map.of("HF_HUB_OFFLINE", "0")).isOffline());
    assertEquals(
        Duration.ofSeconds(60), of(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "60")).stallTimeout());
  }

  @ParameterizedTest
  @CsvSource({
    "HF_ENDPOINT, ftp://127.0.0.1",
    "HF_ENDPOINT, 127.0.0.1",
    "HF_ENDPOINT, https://me:secret@127.0.0.1",
    "HF_HUB_ETAG_TIMEOUT, soon",
    "HF_HUB_DOWNLOAD_TIMEOUT, 0"
  })
  void saysWhatIsMalformed(String name, String text) {
    HubException refused = assertThrows(HubException.class, () -> of(Map.of(name, text)));
    assertTrue(refused.getMessage().startsWith(name + " is '"), refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b, main",
    "Wan-AI/Wan2.1-T2V-1.3B-Diffusers, Wan-AI/Wan2.1-T2V-1.3B-Diffusers, main",
    "a/b@v1.0, a/b, v1.0",
    "a/b@refs/pr/1, a/b, refs/pr/1"
  })
  void readsNames(String text, String repository, String revision) {
    assertEquals(new ModelName(repository, revision), ModelName.of(text));
  }

  @ParameterizedTest
  @CsvSource({"a", "a/b/c", "../b", "a/..", "a--b/c", "a/b@", "a/b@../x", "/a", "a /b", "a/.b"})
  void tellsNamesFromPaths(String text) {
    assertEquals(Optional.empty(), ModelName.parse(text));
    assertThrows(HubException.class, () -> ModelName.of(text));
  }
}
