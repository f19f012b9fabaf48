package io.zoetrope.tools.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.explain.Explanation;
import io.zoetrope.pipeline.explain.Explanation.BlockGrid;
import io.zoetrope.pipeline.explain.Explanation.Caption;
import io.zoetrope.pipeline.explain.Explanation.Curve;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import io.zoetrope.pipeline.explain.Explanation.PatchMaps;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.family.PromptTokens;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What the script of a page draws, as JSON: {@code base.js} and its neighbours read it. */
final class PageData {
  /** Settings that stand beside the clip, and how they are called there. */
  private static final Map<String, String> FACTS =
      Map.of(
          "model", "Model",
          "num_inference_steps", "Steps",
          "guidance_scale", "Guidance",
          "seed", "Seed",
          "scheduler", "Scheduler");

  private static final MathContext FOUR_DIGITS = new MathContext(4);

  private final ExplainedJob job;
  private final Explanation explanation;
  private final int steps;

  /** Names of all blocks; figures say which of them they have by their places here. */
  private final List<String> blocks;

  PageData(ExplainedJob job, Explanation explanation) {
    this.job = job;
    this.explanation = explanation;
    steps = explanation.cleanLatents().steps().size();
    Set<String> names = new LinkedHashSet<>();
    explanation.grids().forEach(grid -> names.addAll(grid.blocks()));
    names.addAll(explanation.words().blocks());
    names.addAll(explanation.patches().blocks());
    blocks = List.copyOf(names);
  }

  ObjectNode json() {
    ObjectNode page = JsonConfig.MAPPER.createObjectNode();
    page.put("steps", steps);
    page.set("blocks", texts(shortNames()));
    addHead(page);
    addFrames(page);
    addWords(page);
    addPatches(page);
    page.set("strips", new StripPictures(job, explanation.cleanLatents()).json());
    ArrayNode grids = page.putArray("grids");
    explanation.grids().forEach(grid -> grids.add(json(grid)));
    ArrayNode plots = page.putArray("plots");
    explanation.curves().forEach(curve -> plots.add(json(curve)));
    page.put(
        "foot",
        "Steps, blocks, heads, frames, rows and columns are counted from 0, as in the paths of"
            + " tensors. This page carries all that it shows, and asks the network for nothing.");
    return page;
  }

  /** The number at the end of each name, unless that leaves two alike. */
  private List<String> shortNames() {
    List<String> last =
        blocks.stream().map(name -> name.substring(name.lastIndexOf('.') + 1)).toList();
    return Set.copyOf(last).size() == last.size() ? last : blocks;
  }

  private ArrayNode places(Collection<String> names) {
    return numbers(names.stream().map(blocks::indexOf).toList());
  }

  // ---------------------------------------------------------------- the head

  private void addHead(ObjectNode page) {
    ObjectNode clip = page.putObject("clip");
    clip.put("width", job.clip().width());
    clip.put("height", job.clip().height());
    clip.put("frames", job.clip().frames());
    clip.put("mp4", job.mp4());
    page.put("tokens", tokens());
    ArrayNode words = page.putArray("words");
    List<PromptTokens.Word> all = explanation.prompt().words();
    for (int i = 0; i < all.size(); i++) {
      words.addObject().put("text", all.get(i).text()).put("word", i);
    }
    ArrayNode facts = page.putArray("facts");
    ArrayNode settings = page.putArray("settings");
    facts.add(
        pair(
            "Size",
            "%d×%d, %d frames"
                .formatted(job.clip().width(), job.clip().height(), job.clip().frames())));
    job.settings()
        .forEach((name, value) -> {
          if (FACTS.containsKey(name)) {
            facts.add(pair(FACTS.get(name), value.toString()));
          }
          settings.add(pair(name, value.toString()));
        });
    page.set("interventions", texts(job.interventions()));
  }

  /** The tokens as people read them, parted by bars. */
  private String tokens() {
    return explanation.prompt().tokens().stream()
        .map(token -> token.text().strip())
        .collect(Collectors.joining(" | "));
  }

  /** One frame of the clip for each latent frame that heat maps lie over. */
  private void addFrames(ObjectNode page) {
    Set<Integer> latents = new TreeSet<>();
    latents.addAll(explanation.words().grid().latentFrames());
    latents.addAll(explanation.patches().grid().latentFrames());
    latents.removeIf(latent -> latent < 0);
    if (latents.isEmpty()) {
      latents.add(0);
    }
    ObjectNode frames =
        Sprite.json(List.of(Sprite.small(job.frames(job.clip(), latents), Sprite.BACKDROP)));
    frames.set("latents", numbers(latents));
    page.set("frames", frames);
  }

  // ---------------------------------------------------------------- figures

  private void addWords(ObjectNode page) {
    WordMaps maps = explanation.words();
    if (maps.words().isEmpty()) {
      return;
    }
    ObjectNode figure = figure(maps.caption());
    addGrid(figure, maps.grid(), maps.words().size());
    for (int word : maps.words()) {
      figure
          .withArray("/words")
          .addObject()
          .put("text", explanation.prompt().words().get(word).text())
          .put("word", word);
    }
    ObjectNode byHead = MapTable.json(maps.byHead());
    byHead.set("axes", axes(maps.isWhole() ? maps.steps() : List.of(), maps.blocks()));
    byHead
        .withObject("/axes")
        .set("head", numbers(IntStream.range(0, maps.heads()).boxed().toList()));
    ObjectNode byStep = MapTable.json(maps.byStep());
    byStep.set("axes", axes(maps.steps(), maps.blocks()));
    figure.putArray("tables").add(byHead).add(byStep);
    page.set("cross", figure);
  }

  private void addPatches(ObjectNode page) {
    PatchMaps maps = explanation.patches();
    if (maps.queries().isEmpty()) {
      return;
    }
    ObjectNode figure = figure(maps.caption());
    MapGrid grid = maps.grid();
    addGrid(figure, grid, maps.queries().size());
    ArrayNode queries = figure.putArray("queries");
    for (int[] query : maps.queries()) {
      queries
          .addArray()
          .add(cellOf(query[0], grid))
          .add(rounded(cell(query[1], maps.tokenRows(), grid.rows())))
          .add(rounded(cell(query[2], maps.tokenColumns(), grid.columns())));
    }
    ObjectNode table = MapTable.json(maps.maps());
    table.set("axes", axes(maps.steps(), maps.blocks()));
    figure.putArray("tables").add(table);
    page.set("self", figure);
  }

  /** The cell in time that a latent frame is next to. */
  private static int cellOf(int latentFrame, MapGrid grid) {
    int best = 0;
    for (int cell = 1; cell < grid.frames(); cell++) {
      if (Math.abs(grid.latentFrames().get(cell) - latentFrame)
          < Math.abs(grid.latentFrames().get(best) - latentFrame)) {
        best = cell;
      }
    }
    return best;
  }

  /** Where the middle of a token is, counted in cells. */
  private static double cell(int token, int tokens, int cells) {
    return (token + 0.5) * cells / tokens - 0.5;
  }

  private void addGrid(ObjectNode figure, MapGrid grid, int items) {
    figure.set("grid", numbers(List.of(grid.frames(), grid.rows(), grid.columns())));
    figure.set("latentFrames", numbers(grid.latentFrames()));
    figure.put("items", items);
  }

  /** The axes of a table, the outer first; one whose means alone were kept has none of steps. */
  private ObjectNode axes(List<Integer> steps, List<String> blocks) {
    ObjectNode axes = JsonConfig.MAPPER.createObjectNode();
    if (!steps.isEmpty()) {
      axes.set("step", numbers(steps));
    }
    axes.set("block", places(blocks));
    return axes;
  }

  private ObjectNode json(BlockGrid grid) {
    ObjectNode figure = figure(grid.caption());
    figure.put("unit", grid.unit());
    figure.put("branch", grid.branch());
    figure.set("blocks", places(grid.blocks()));
    ArrayNode rows = figure.putArray("values");
    for (float[] row : grid.values()) {
      rows.add(values(row));
    }
    return figure;
  }

  private ObjectNode json(Curve curve) {
    ObjectNode figure = figure(curve.caption());
    figure.put("unit", curve.unit());
    figure.set("values", values(curve.values()));
    return figure;
  }

  // ---------------------------------------------------------------- JSON

  /** A figure with what it says of itself. */
  static ObjectNode figure(Caption caption) {
    return JsonConfig.MAPPER
        .createObjectNode()
        .put("name", caption.title())
        .put("read", caption.read())
        .put("by", caption.by());
  }

  private static ArrayNode pair(String name, String value) {
    return texts(List.of(name, value));
  }

  private static ArrayNode texts(List<String> texts) {
    ArrayNode array = JsonConfig.MAPPER.createArrayNode();
    texts.forEach(array::add);
    return array;
  }

  static ArrayNode numbers(Collection<Integer> numbers) {
    ArrayNode array = JsonConfig.MAPPER.createArrayNode();
    numbers.forEach(array::add);
    return array;
  }

  /** Numbers with four digits, and null for what is none. */
  private static ArrayNode values(float[] values) {
    ArrayNode array = JsonConfig.MAPPER.createArrayNode();
    for (float value : values) {
      if (Float.isFinite(value)) {
        array.add(rounded(value));
      } else {
        array.addNull();
      }
    }
    return array;
  }

  private static float rounded(double value) {
    return new BigDecimal(value).round(FOUR_DIGITS).floatValue();
  }
}
