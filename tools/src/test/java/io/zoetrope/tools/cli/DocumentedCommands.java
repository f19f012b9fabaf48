package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/**
 * Every command that documents name, some of them in each test of this kind, runs with all its
 * options, but for the tiniest clip: on the CPU, and on the emulated card where it names one. There
 * runs the first of each kind, too: what somebody with a card would type first.
 */
abstract class DocumentedCommands extends CommandTest {
  private static final Path ROOT = Fixtures.path("..");

  /** Lines of code, and code in the text, which may go over the end of a line. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?m)^ *(?:\\./)?zoetrope ([^#\n]+)|`(?:source <\\()?(?:\\./)?zoetrope ([^`)]+)\\)?`");

  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

  /** Defaults of a model, which no job of the documents leaves as they are. */
  private static final String TINY_JOB =
      """
      {"width": 16, "height": 16, "num_frames": 1, "num_inference_steps": 1,
       "max_sequence_length": 16}
      """;

  /** Models that attend to pictures take prompts of one length, and clips of two have an end. */
  private static final String TINY_TASK =
      """
      {"width": 32, "height": 32, "num_frames": 5, "num_inference_steps": 1}
      """;

  /** Tiny models of the kinds of published ones, whose names have these parts. */
  private static final Map<String, String> FIXTURES =
      Map.of(
          "TI2V-5B", "wan22-ti2v-tiny",
          "-I2V-", "wan21-i2v-tiny",
          "FLF2V", "wan21-flf2v-tiny",
          "T2V-A14B", "wan22-a14b-tiny",
          "VACE", "wan21-vace-tiny");

  /** Commands that were run, without the folder of their test. */
  private static final Set<String> RUN = new HashSet<>();

  /** Kinds of commands that have been run on the emulated card. */
  private static final Set<String> ON_CARD = new HashSet<>();

  private static final List<String> SIZES = List.of("--size", "--frames", "--steps");

  private static final Map<String, String> TINY_BENCH = Map.of("-r", "1", "--warm-up", "0");

  private static final String CASE = "t2v_7f";

  /** They need a hub, files of gigabytes or an end: they are parsed here, run by other tests. */
  private static final Set<String> PARSED =
      Set.of(
          "pull",
          "models",
          "convert",
          "guidance-worker",
          "serve",
          "batch",
          "sweep",
          "latent-colours");

  /** They need several steps, or another process: likewise. */
  private static final Set<String> OF_LONGER_JOBS =
      Set.of("--cache", "--guidance-interval", "--guidance-worker");

  /** Of models of other families, whose tests run them: they are parsed here. */
  private static final Set<String> OF_OTHER_FAMILIES =
      Set.of("--condition", "--dynamic-guidance", "--from-latents", "--upscale-latents");

  /** What decode reads. */
  private static final String LATENTS = "latents.safetensors";

  private static final List<String> WITHOUT_DEVICE =
      List.of(
          "inspect",
          "info",
          "compare",
          "generate-completion",
          "prompt",
          "assemble",
          "contact-sheet",
          "interpolate",
          "kernel",
          // It fits colours of latents first, for minutes on the emulator.
          "explain");

  @BeforeEach
  void makeJobsTiny() throws IOException {
    Files.writeString(model.resolve("zoetrope.json"), TINY_JOB);
  }

  /** The commands of documents, as words. */
  static Set<List<String>> commands(List<Path> documents) {
    Set<List<String>> commands = new LinkedHashSet<>();
    for (Path document : documents) {
      COMMAND
          .matcher(read(document))
          .results()
          .map(found -> words(found.group(1) == null ? found.group(2) : found.group(1)))
          .forEach(commands::add);
    }
    return commands;
  }

  /** The documents that a newcomer begins with. */
  static List<Path> first() {
    return List.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md"));
  }

  /** The documents about one thing each. */
  static List<Path> detailed() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return docs.filter(file -> file.toString().endsWith(".md"))
          .filter(file -> !file.endsWith("speed-log.md"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      // Commands may go on in the next line.
      return Files.readString(file).replaceAll("\\\\\n\\s*", " ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> words(String command) {
    return WORD.matcher(command)
        .results()
        .map(DocumentedCommands::word)
        .filter(word -> !word.equals("..."))
        .toList();
  }

  private static String word(MatchResult found) {
    return found.group(1) == null ? found.group(2) : "a prompt";
  }

  /** Documents show some commands several times, with other prompts, sizes and names of files. */
  @ParameterizedTest
  @MethodSource("commands")
  void runs(List<String> words) throws IOException {
    boolean readsGguf = words.stream().anyMatch(word -> word.endsWith(".gguf"));
    boolean isOther =
        words.stream()
            .anyMatch(word -> OF_OTHER_FAMILIES.contains(word) || OF_LONGER_JOBS.contains(word));
    if (readsGguf || isOther || PARSED.contains(words.getFirst())) {
      Main.commandLine()
          .setCaseInsensitiveEnumValuesAllowed(true)
          .parseArgs(words.toArray(String[]::new));
      return;
    }
    List<String> reduced = reduced(words);
    if (!RUN.add(String.join(" ", reduced).replace(folder.toString(), ""))) {
      return;
    }
    assertEquals(0, run(reduced.toArray(String[]::new)), reduced + "\n" + out + err);
    assertTrue(!out.toString().isEmpty() || err.toString().contains("wrote "), err.toString());
  }

  /** What commands read: a clip, latents, a picture. */
  private void makeInputs(String command, List<String> positional, Map<String, String> options)
      throws IOException {
    if (command.equals("info") || options.containsKey("--latents")) {
      String file = options.getOrDefault("--latents", folder.resolve("unread").toString());
      int code = generate("--size", "16x16", "--frames", "1", "--save-tensors", file);
      assertEquals(0, code, err.toString());
    }
    switch (command) {
      case "decode" -> {
        String file = folder.resolve(LATENTS).toString();
        int code = generate("--size", "16x16", "--frames", "1", "--save-latents", file);
        assertEquals(0, code, err.toString());
      }
      case "upscale" -> writeClip(folder.resolve("out.mp4").toString(), 16, 1);
      case "interpolate" -> writeClip(folder.resolve("out.mp4").toString(), 32, 2);
      case "extend" -> writeClip(positional.getFirst(), 32, 2);
      case "storyboard" ->
          Files.writeString(Path.of(positional.getFirst()), "shots:\n- prompt: a ball\n");
      case "assemble", "contact-sheet" -> positional.forEach(file -> writeClip(file, 16, 5));
      case "product" -> writePicture(positional.getFirst());
      case "compare" ->
          positional.forEach(file ->
              SafetensorsWriter.write(
                  Path.of(file), Map.of("x", Tensor.of(new float[] {1}, 1)), Map.of()));
      default -> {}
    }
    for (String option : List.of("--video", "--control")) {
      if (options.containsKey(option)) {
        writeClip(options.get(option), 16, 1);
      }
    }
    for (String option : List.of("--image", "--last-image", "--reference", "--mask")) {
      if (options.containsKey(option)) {
        writePicture(options.get(option));
      }
    }
    if (options.containsKey("--resume")) {
      assertEquals(0, run(resumed(options)), err.toString());
    }
  }

  /** The job that another one goes on with. */
  private static String[] resumed(Map<String, String> options) {
    List<String> job = new ArrayList<>(List.of("generate", "a prompt"));
    options.forEach((name, value) -> {
      if (!name.equals("--resume")) {
        job.addAll(List.of(name, value));
      }
    });
    return job.toArray(String[]::new);
  }

  private static void writeClip(String file, int side, int frames) {
    VideoFrames clip = new VideoFrames(side, side, frames, new byte[side * side * frames * 3]);
    MediaWriter.open(file).write(clip, 8, Provenance.of(Map.of()));
  }

  private static void writePicture(String file) throws IOException {
    BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
    ImageIO.write(picture, "png", Path.of(file).toFile());
  }

  /** A network that is there. */
  private static Path network() {
    return ROOT.resolve("upscale-model/esrgan-slim-4x.safetensors");
  }

  /** The same command about the smallest of everything, with outputs in a folder of its own. */
  private List<String> reduced(List<String> words) throws IOException {
    String command = words.getFirst();
    List<String> positional = new ArrayList<>();
    Map<String, String> options = new LinkedHashMap<>();
    Iterator<String> rest = words.listIterator(1);
    CommandLine.Model.CommandSpec spec =
        Main.commandLine().getSubcommands().get(command).getCommandSpec();
    while (rest.hasNext()) {
      String word = rest.next();
      if (!word.startsWith("-")) {
        positional.add(positional(command, word));
      } else {
        boolean isFlag = spec.findOption(word).arity().max() == 0;
        options.put(word, isFlag ? null : value(word, rest.next()));
      }
    }
    if (!options.containsKey("--help")) {
      reduce(command, positional, options);
      makeInputs(command, positional, options);
    }
    List<String> reduced = new ArrayList<>(List.of(command));
    reduced.addAll(positional);
    options.forEach((name, value) -> {
      reduced.add(name);
      Stream.ofNullable(value).forEach(reduced::add);
    });
    return reduced;
  }

  private void reduce(String command, List<String> positional, Map<String, String> options)
      throws IOException {
    SIZES.forEach(options::remove);
    switch (command) {
      case "generate", "profile", "explain" -> {
        if (positional.isEmpty()) {
          positional.add("a prompt");
        }
        if (options.containsKey("--model") || !options.containsKey("--transformer")) {
          options.put("--model", modelFor(options).toString());
        } else {
          options.putAll(Map.of("--size", "32x32", "--frames", "5", "--steps", "1"));
        }
        options.replaceAll(this::tinyPart);
        options.computeIfPresent("--warm-up", (_, _) -> "1");
        options.computeIfPresent("--takes", (_, _) -> "1");
        options.computeIfPresent("--sigmas", (_, _) -> "1");
        // A part of the steps is taken.
        options.computeIfPresent("--strength", (_, _) -> "1");
        options.computeIfPresent("--lora", (_, named) -> lora(named));
        if (!options.containsKey("--estimate-on")) {
          String output = command.equals("explain") ? "explain.html" : "out.gif";
          options.putIfAbsent("-o", folder.resolve(output).toString());
        }
        // The word is one of "a prompt".
        options.computeIfPresent("--word", (_, _) -> "prompt");
        options.computeIfPresent("--block", (_, _) -> "0");
      }
      case "bench" -> {
        // All parts are measured once; block is the quickest of them.
        if (!options.isEmpty() && !options.containsKey("--scaling")) {
          options.putIfAbsent("-p", "block:16x16x1");
        }
        options.put("--model", model.toString());
        options.putAll(TINY_BENCH);
        options.computeIfPresent("-p", (_, parts) -> parts.replaceAll(":[0-9x]+", ":16x16x1"));
        if (options.containsKey("--scaling")) {
          options.put("--up-to", isOfTokens(options) ? "256" : "1");
        }
      }
      case "parity" -> options.put("--case", CASE);
      case "decode", "prompt" -> options.put("--model", model.toString());
      case "storyboard" -> {
        options.put("--model", model.toString());
        options.putIfAbsent("-o", folder.resolve("film.mp4").toString());
      }
      case "product" -> {
        options.put("--model", modelFor(Map.of("--image", "")).toString());
        options.putIfAbsent("-o", folder.resolve("film.mp4").toString());
      }
      case "upscale" -> options.replace("--model", network().toString());
      case "extend" -> {
        options.put("--model", Fixtures.path("wan22-ti2v-tiny").toString());
        options.putAll(Map.of("--frames", "5", "--steps", "1", "--seconds", "0.1"));
      }
      default -> {}
    }
    Optional<String> device = device(command, options);
    options.remove("--device");
    device.ifPresent(name -> options.put("--device", name));
  }

  /** A tiny file of the kind that a name of a published one says. */
  private String tinyPart(String option, String file) {
    String part = file != null && file.contains("2.2") ? "ti2v/" : "t2v/";
    String tiny =
        switch (option) {
          case "--transformer" ->
              part + (part.equals("t2v/") ? "transformer_f16" : "transformer_prefixed_bf16");
          case "--vae" -> part + "vae_f16";
          case "--text-encoder" -> "t2v/umt5_f16";
          default -> null;
        };
    return tiny == null ? file : Fixtures.path("single-file/" + tiny + ".safetensors").toString();
  }

  /** A tiny model that does what the named one does, or else what the inputs ask for. */
  private Path modelFor(Map<String, String> options) throws IOException {
    String inputs = options.containsKey("--image") ? "TI2V-5B" : "";
    String named = options.getOrDefault("--model", inputs);
    Optional<String> fixture =
        FIXTURES.keySet().stream().filter(named::contains).findFirst().map(FIXTURES::get);
    if (fixture.isEmpty()) {
      return model;
    }
    Path other = folder.resolve(fixture.get());
    copy(fixture.get(), other);
    Files.writeString(other.resolve("zoetrope.json"), TINY_TASK);
    return other;
  }

  /** A LoRA for the tiny model that stands for the one of the command, with the same end. */
  private static String lora(String named) {
    String file =
        named.contains("high_noise") ? "lora-a14b/lora/high_noise_f16" : "lora/lora/peft_f32";
    return Fixtures.path(file + ".safetensors") + named.replaceFirst(".*\\.safetensors", "");
  }

  private static boolean isOfTokens(Map<String, String> options) {
    return options.getOrDefault("--scaling", "").equals("tokens");
  }

  /**
   * Main memory is what inspect tells of, and others read and write files alone. Series over frames
   * and threads, and all parts of a bench, decode so many pixels that the emulator takes long;
   * pipelines beside the reference, self-tests and tasks on a card are other tests'.
   */
  private static Optional<String> device(String command, Map<String, String> options) {
    if (WITHOUT_DEVICE.contains(command)) {
      return Optional.empty();
    }
    boolean isOnCpu =
        switch (command) {
          case "bench" -> !options.containsKey("-p") && !isOfTokens(options);
          case "parity", "selftest" -> true;
          case "generate" ->
              options.containsKey("--transformer")
                  || !options.getOrDefault("--model", "model").endsWith("model");
          // Several clips of a model that takes pictures.
          case "product", "extend" -> true;
          default -> false;
        };
    boolean named = options.getOrDefault("--device", "").startsWith("cuda");
    boolean isOnCard = !isOnCpu && (named || ON_CARD.add(command));
    return Optional.of(isOnCard ? "cuda-emulated" : "cpu");
  }

  private String positional(String command, String word) {
    return switch (command) {
      case "inspect", "latent-colours" -> model.toString();
      case "parity" ->
          Files.isDirectory(ROOT.resolve(word))
              ? Fixtures.path("wan21-t2v-variants-tiny").toString()
              : Fixtures.path("").toString();
      case "storyboard", "assemble", "contact-sheet", "compare" -> folder.resolve(word).toString();
      case "product" -> word.endsWith(".png") ? folder.resolve(word).toString() : word;
      case "decode" -> folder.resolve(LATENTS).toString();
      case "info", "upscale", "interpolate" -> folder.resolve("out.mp4").toString();
      case "extend" -> word.endsWith(".mp4") ? folder.resolve(word).toString() : "a prompt";
      case "kernel" -> word;
      default -> "a prompt";
    };
  }

  private String value(String option, String word) {
    return switch (option) {
      case "-o",
          "--results",
          "--report",
          "--trace",
          "--roofline",
          "--jfr",
          "--preview",
          "--checkpoint",
          "--resume",
          "--latents",
          "--image",
          "--last-image",
          "--reference",
          "--control",
          "--mask",
          "--video",
          "--save-latents",
          "--save-tensors",
          "--html",
          "--diagram" ->
          folder.resolve(Path.of(word).getFileName()).toString();
      case "--tensors" -> "denoise/**";
      case "--ablate" -> "denoise/**/blocks.0/attn2=zero";
      case "--swap-text" -> "prompt=picture";
      default -> word;
    };
  }
}
