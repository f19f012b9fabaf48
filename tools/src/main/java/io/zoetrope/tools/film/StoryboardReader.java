package io.zoetrope.tools.film;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.shot.ShotPrompt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Storyboards in YAML 1.2: a list of {@code shots}, and above it what holds for all of them that do
 * not say otherwise. The file isn't trusted: it is read as a tree of bounded size and depth, and
 * nothing that repeats a part of it is expanded.
 */
public final class StoryboardReader {
  /** A shot of a film has some hundred bytes. */
  private static final int LIMIT = 1 << 20;

  private static final int MOST_SHOTS = 1000;
  private static final int MOST_DEPTH = 16;
  private static final int MOST_SECONDS = 3600;

  /** What may be said once for all shots. */
  private static final List<String> COMMON =
      List.of(
          "camera",
          "camera-speed",
          "environment",
          "lighting",
          "mood",
          "style",
          "quality",
          "negative-prompt",
          "seconds",
          "seed",
          "transition",
          "transition-seconds");

  private static final List<String> OF_FILM = with(COMMON, "shots");
  private static final List<String> OF_SHOT = with(COMMON, "prompt", "image", "action", "continue");

  private final Path file;

  private StoryboardReader(Path file) {
    this.file = file;
  }

  private static List<String> with(List<String> names, String... more) {
    return Stream.concat(Stream.of(more), names.stream()).toList();
  }

  /**
   * The shots of a file. Paths in it are taken from its folder.
   *
   * @throws PipelineException that names the shot and the line of what is wrong
   */
  public static List<Shot> read(Path file) {
    return new StoryboardReader(file).shots();
  }

  private List<Shot> shots() {
    YamlFields film = YamlFields.of(file.toString(), tree(text()), OF_FILM);
    if (!(film.node("shots").orElse(null) instanceof SequenceNode list)
        || list.getValue().isEmpty()) {
      throw new PipelineException(
          "%s: it has no 'shots:' with a list below, of which each begins with '- prompt: ...'"
              .formatted(file));
    }
    if (list.getValue().size() > MOST_SHOTS) {
      throw new PipelineException(
          "%s: it has %d shots; at most %d are possible"
              .formatted(file, list.getValue().size(), MOST_SHOTS));
    }
    List<Shot> shots = new ArrayList<>();
    for (Node node : list.getValue()) {
      shots.add(shot(shots.size() + 1, node, film));
    }
    return List.copyOf(shots);
  }

  private Shot shot(int number, Node node, YamlFields film) {
    String place = "%s: shot %d (line %d)".formatted(file, number, YamlFields.line(node));
    YamlFields shot = YamlFields.of(place, node, OF_SHOT);
    boolean continues = shot.flag("continue");
    Optional<Path> image = shot.text("image").map(name -> image(place, name));
    String subject = shot.text("prompt").orElse("");
    if (subject.isBlank() && image.isEmpty() && !continues) {
      throw new PipelineException(place + ": it needs a 'prompt', an 'image', or both");
    }
    if (continues && image.isPresent()) {
      throw new PipelineException(
          place + ": it begins with its image or goes on from the shot before: leave one out");
    }
    if (number == 1 && (continues || shot.text("transition").isPresent())) {
      throw new PipelineException(place + ": there is no shot before the first one");
    }
    return new Shot(
        place,
        prompt(place, shot, film, subject),
        text("negative-prompt", shot, film),
        image,
        continues,
        seconds("seconds", shot, film),
        seed(shot, film),
        shot.choice("transition", Transition.class)
            .or(() -> film.choice("transition", Transition.class))
            .orElse(Transition.CUT),
        seconds("transition-seconds", shot, film));
  }

  private Path image(String place, String name) {
    try {
      Path image = file.toAbsolutePath().resolveSibling(name);
      InputFile.requireRegular(image);
      return image;
    } catch (InvalidPathException e) {
      throw new PipelineException(place + ": image: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new PipelineException(
          "%s: image %s: %s".formatted(place, name, FileErrors.reason(e)), e);
    }
  }

  private static ShotPrompt prompt(String place, YamlFields shot, YamlFields film, String subject) {
    try {
      return new ShotPrompt(
          text("camera", shot, film),
          speed(shot, film),
          subject,
          shot.text("action").orElse(""),
          text("environment", shot, film),
          text("lighting", shot, film),
          text("mood", shot, film),
          text("style", shot, film),
          text("quality", shot, film));
    } catch (PipelineException e) {
      throw new PipelineException(
          e.getMessage().startsWith(place) ? e.getMessage() : place + ": " + e.getMessage(), e);
    }
  }

  /** A speed belongs to the camera that is named beside it. */
  private static String speed(YamlFields shot, YamlFields film) {
    return shot.text("camera").isPresent()
        ? shot.text("camera-speed").orElse("")
        : text("camera-speed", shot, film);
  }

  private static String text(String key, YamlFields shot, YamlFields film) {
    return shot.text(key).or(() -> film.text(key)).orElse("");
  }

  private static OptionalDouble seconds(String key, YamlFields shot, YamlFields film) {
    OptionalDouble own = shot.positive(key, MOST_SECONDS);
    return own.isPresent() ? own : film.positive(key, MOST_SECONDS);
  }

  private static OptionalLong seed(YamlFields shot, YamlFields film) {
    OptionalLong own = shot.seed("seed");
    return own.isPresent() ? own : film.seed("seed");
  }

  private String text() {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(InputFile.readAll(file, LIMIT));
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new PipelineException(file + ": it is no text in UTF-8", e);
    } catch (IOException e) {
      throw new PipelineException("cannot read %s: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  private Node tree(String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setCodePointLimit(LIMIT).build();
    try {
      requireShallow(new Parse(settings).parseString(text));
      return new Compose(settings)
          .composeString(text)
          .orElseThrow(() -> new PipelineException(file + ": it is empty"));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
      throw new PipelineException(
          "%s: line %d: malformed YAML: %s".formatted(file, line, e.getProblem()), e);
    } catch (YamlEngineException e) {
      throw new PipelineException("%s: malformed YAML: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The tree is made by methods that call themselves once for each level. */
  private void requireShallow(Iterable<Event> events) {
    int depth = 0;
    for (Event event : events) {
      if (event instanceof CollectionStartEvent && ++depth > MOST_DEPTH) {
        throw new PipelineException(
            "%s: line %d: lists and mappings lie in each other more than %d deep"
                .formatted(
                    file,
                    event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0),
                    MOST_DEPTH));
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
    }
  }
}
