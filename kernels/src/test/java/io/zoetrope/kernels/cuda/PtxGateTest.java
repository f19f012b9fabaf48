package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.driver.PtxAssembler;
import io.zoetrope.kernels.cuda.driver.PtxAssembler.Kernel;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.report.GpuArchitecture;
import io.zoetrope.kernels.emulator.report.Occupancy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The PTX belongs to the sources, and NVIDIA's assembler makes of it what was meant. */
class PtxGateTest {
  private static final Path SOURCES = Path.of("src/main/cuda");
  private static final Path MODULES = Path.of("src/main/resources/io/zoetrope/kernels/cuda");

  /** Of which the handbook says how many blocks a multiprocessor holds. */
  private static final Map<String, String> CARDS =
      Map.of("sm_80", "A100", "sm_89", "RTX 4090", "sm_90", "H100");

  /** Counts in the machine code of a kernel on the tensor cores. */
  private record Expected(int hmma, int ldsm, int ldgsts) {}

  private static final Expected LINEAR = new Expected(32, 12, 12);

  /** Of the kernels on the tensor cores; the others have none of these instructions. */
  private static final Map<String, Expected> EXPECTED =
      Map.ofEntries(
          Map.entry("linear_bf16_none", LINEAR),
          Map.entry("linear_bf16_silu", LINEAR),
          Map.entry("linear_bf16_gelu_tanh", LINEAR),
          Map.entry("linear_bf16_gelu_erf", LINEAR),
          Map.entry("linear_add_bf16", LINEAR),
          Map.entry("linear_multiply_bf16", LINEAR),
          Map.entry("conv3d_bf16_96", new Expected(24, 10, 12)),
          Map.entry("conv3d_bf16_128", new Expected(32, 12, 12)),
          Map.entry("attention_bf16_32", new Expected(32, 18, 10)),
          Map.entry("attention_bf16_64", new Expected(64, 36, 20)),
          Map.entry("attention_bf16_128", new Expected(128, 72, 20)),
          Map.entry("attention_bf16_256", new Expected(96, 64, 20)),
          Map.entry("attention_bf16_384", new Expected(128, 88, 20)));

  @Test
  void modulesWereMadeOfTheseSources() throws IOException {
    assertEquals(
        hashes(SOURCES), manifest("source"), "src/main/cuda has changed: run its build.sh");
    Map<String, String> modules = hashes(MODULES);
    modules.remove("manifest.txt");
    assertEquals(modules, manifest("ptx"), "a .ptx has changed: run build.sh in src/main/cuda");
  }

  /** No folder of the machine that compiled them, and no line that is not there. */
  @Test
  void modulesNameLinesOfTheseSources() throws IOException {
    for (String file : manifest("ptx").keySet()) {
      Map<String, Integer> lines = new TreeMap<>();
      for (String line : Files.readAllLines(MODULES.resolve(file))) {
        String[] words = line.strip().split("\\s+");
        if (words[0].equals(".file")) {
          Path source = SOURCES.resolve(words[2].replace("\"", ""));
          lines.put(words[1], Files.readAllLines(source).size());
        } else if (words[0].equals(".loc")) {
          assertTrue(Integer.parseInt(words[2]) <= lines.get(words[1]), file + ": " + line);
        }
      }
      assertTrue(lines.size() > 0, file);
    }
  }

  @Test
  void manifestListsEveryKernel() throws IOException {
    PtxLibrary library = new PtxLibrary();
    Set<String> entries = new TreeSet<>();
    for (String file : manifest("ptx").keySet()) {
      Files.readString(MODULES.resolve(file))
          .lines()
          .filter(line -> line.startsWith(".visible .entry "))
          .map(line -> line.substring(".visible .entry ".length(), line.indexOf('(')))
          .forEach(entries::add);
    }
    assertEquals(entries, new TreeSet<>(library.kernels()));
    for (String kernel : entries) {
      String module = library.moduleOf(kernel);
      assertTrue(module.contains(".entry " + kernel + "("), kernel);
      assertTrue(module.startsWith(".version 7.0\n.target sm_80\n"), kernel);
    }
  }

  /**
   * What the version line promises is held against the modules: the assembler is newer than 7.0,
   * but takes no instruction that came later, such as {@code szext} of 7.6.
   */
  @Test
  void assemblerRefusesWhatIsNewerThanTheVersionLine() {
    String ptx =
        """
        .version %s
        .target sm_80
        .address_size 64
        .visible .entry extend() {
          .reg .b32 %%r<3>;
          mov.u32 %%r1, %%tid.x;
          szext.wrap.u32 %%r2, %%r1, 7;
          ret;
        }
        """;
    assertEquals(Set.of("extend"), PtxAssembler.assemble(ptx.formatted("7.6"), "sm_80").keySet());
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> PtxAssembler.assemble(ptx.formatted("7.0"), "sm_80"));
    assertTrue(error.getMessage().contains("7.6"), error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"sm_80", "sm_86", "sm_89", "sm_90"})
  void assemblesWithoutSpills(String architecture) {
    Map<String, Kernel> kernels = new LinkedHashMap<>();
    PtxLibrary library = new PtxLibrary();
    library.kernels().stream()
        .map(library::moduleOf)
        .distinct()
        .parallel()
        .map(ptx -> PtxAssembler.assemble(ptx, architecture))
        .toList()
        .forEach(kernels::putAll);
    assertEquals(library.kernels(), kernels.keySet());
    kernels.forEach((name, kernel) -> check(architecture, name, kernel));
  }

  private static void check(String architecture, String name, Kernel kernel) {
    String what = "%s on %s: %s".formatted(name, architecture, kernel);
    assertEquals(0, kernel.count(PtxAssembler.LDL, PtxAssembler.STL), what);
    Expected expected = EXPECTED.getOrDefault(name, new Expected(0, 0, 0));
    Expected found =
        new Expected(
            kernel.count(PtxAssembler.HMMA),
            kernel.count(PtxAssembler.LDSM),
            kernel.count(PtxAssembler.LDGSTS));
    assertEquals(expected, found, what);
    assertTrue(kernel.registers() <= registerLimit(name), what);
    Map<String, String> row = Handbook.resources().get(name);
    assertEquals(row.get("registers " + architecture), kernel.registers() + "", what);
    if (kernel.sharedBytes() > 0) {
      assertEquals(row.get("shared bytes"), kernel.sharedBytes() + "", what);
    }
    String card = CARDS.get(architecture);
    if (card != null) {
      Occupancy occupancy =
          GpuArchitecture.valueOf(architecture.toUpperCase(Locale.ROOT))
              .occupancy(
                  Integer.parseInt(row.get("threads")),
                  kernel.registers(),
                  Integer.parseInt(row.get("shared bytes")));
      assertEquals(row.get("blocks " + card), occupancy.blocks() + "", what);
    }
  }

  @Test
  void documentsThreadsOfEveryKernel() {
    PtxLibrary library = new PtxLibrary();
    Map<String, Map<String, String>> rows = Handbook.resources();
    assertEquals(new TreeSet<>(library.kernels()), new TreeSet<>(rows.keySet()));
    rows.forEach((name, row) -> {
      String module = library.moduleOf(name);
      String entry = module.substring(module.indexOf(".entry " + name + "("));
      String threads = entry.substring(entry.indexOf(".maxntid "), entry.indexOf("{"));
      assertTrue(threads.startsWith(".maxntid " + row.get("threads") + ","), name);
    });
  }

  @Test
  void documentsABoundOfEveryKernelOrWhyThereIsNone() {
    String bounds = Handbook.section("Bounds");
    for (String kernel : new PtxLibrary().kernels()) {
      assertTrue(bounds.contains("`" + kernel + "`"), kernel);
    }
  }

  /** The registers of a multiprocessor hold two blocks of a product, three of an attention. */
  private static int registerLimit(String name) {
    return name.startsWith("attention_bf16") ? 168 : 128;
  }

  private static Map<String, String> manifest(String kind) {
    return PtxLibrary.manifest()
        .filter(entry -> entry.kind().equals(kind))
        .collect(
            Collectors.toMap(
                PtxLibrary.Entry::detail, PtxLibrary.Entry::value, (a, _) -> a, TreeMap::new));
  }

  private static Map<String, String> hashes(Path folder) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        hashes.put(file.getFileName().toString(), hash(file));
      }
    }
    return hashes;
  }

  private static String hash(Path file) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
