package io.zoetrope.pipeline.explain;

import io.zoetrope.ops.Tracer.Attending;
import io.zoetrope.pipeline.explain.Explanation.PatchMaps;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.family.PromptTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Heat maps and entropies of the attention in the branch with the prompt. */
final class AttentionMaps {
  /** Heads that are computed at a time: each needs its keys transposed. */
  static final int HEADS_TOGETHER = 8;

  private final ExplainPlan plan;
  private final JobLayout layout;
  private final PromptTokens prompt;
  private final BlockGrids grids;
  private final int[] wordCell;
  private final int[] patchCell;
  private final MapStore byHead;
  private final MapStore byStep;
  private final MapStore patches;

  /** Sums over steps of maps that are kept as means, [blocks, heads, words, cells]; else empty. */
  private final float[] sums;

  /** Where the attention that is seen lies, how many of its queries were before, and their sums. */
  private String sequencesAt = "";

  private int sequencesDone;
  private List<Video> sequences = List.of();

  /** What one head does with text. */
  private record Text(float[] words, double noWord, double entropy) {}

  /** What one head does with the video's tokens. */
  private static final class Video {
    private final float[] maps;
    private double entropy;

    Video(int size) {
      this.maps = new float[size];
    }
  }

  AttentionMaps(ExplainPlan plan, PromptTokens prompt, BlockGrids grids) {
    this.plan = plan;
    this.layout = plan.layout();
    this.prompt = prompt;
    this.grids = grids;
    this.wordCell = plan.wordCells().ofAll();
    this.patchCell = plan.patchCells().ofAll();
    this.byHead = new MapStore(plan.wordMapsByHead(), plan.wordCells().count());
    this.byStep = new MapStore(plan.wordMapsByStep(), plan.wordCells().count());
    this.patches = new MapStore(plan.patchMaps(), plan.patchCells().count());
    this.sums = new float[sums(plan)];
  }

  private static int sums(ExplainPlan plan) {
    return plan.isWhole() ? 0 : Math.toIntExact(plan.wordMapsByHead() * plan.wordCells().count());
  }

  /** Bytes that are held for the maps, and while an attention is looked at. */
  static long bytes(ExplainPlan plan) {
    JobLayout layout = plan.layout();
    int words = plan.words().size() * plan.wordCells().count();
    int queries = plan.queries().length * plan.patchCells().count();
    return plan.wordMapsByHead() * (plan.wordCells().count() + Float.BYTES)
        + plan.wordMapsByStep() * (plan.wordCells().count() + Float.BYTES)
        + plan.patchMaps() * (plan.patchCells().count() + Float.BYTES)
        + (long) Float.BYTES * (sums(plan) + layout.heads() * (words + queries))
        + 2L * Integer.BYTES * layout.tokens().tokens()
        + HEADS_TOGETHER * AttentionRows.bytes(layout.keys(), layout.dim() / layout.heads());
  }

  /** Sees an attention of the branch with the prompt. */
  void see(TracedPlace place, String path, Attending attending) {
    int queries = attending.query().intSize(0);
    int text = queries - layout.tokens().tokens();
    if (place.isCrossAttention()) {
      // Behind the text, under the same path, models may attend to pictures.
      if (!path.equals(sequencesAt)) {
        text(place, attending, 0, true);
      }
    } else {
      if (text > 0) {
        text(place, attending, text, false);
      }
      video(place, path, attending, Math.max(0, text));
    }
    sequencesAt = path;
  }

  // ---------------------------------------------------------------- text

  /**
   * How much the video's tokens attend to each word.
   *
   * @param inFront queries and keys of the text that stand in front of the video's
   * @param isAlone whether the keys are those of the text alone
   */
  private void text(TracedPlace place, Attending attending, int inFront, boolean isAlone) {
    int keys = isAlone ? attending.key().intSize(0) : inFront;
    int[] wordOfKey = wordOfKey(keys);
    boolean isSampled =
        (long) layout.tokens().tokens() * attending.key().size(0) > plan.limits().weights();
    int[] tokens =
        isSampled
            ? plan.wordCells().middles()
            : IntStream.range(0, layout.tokens().tokens()).toArray();
    int[] rows = IntStream.of(tokens).map(token -> inFront + token).toArray();
    List<Text> heads =
        byHead(attending.heads(), head -> text(attending, head, rows, tokens, wordOfKey));

    int step = layout.step(place.step());
    grids.put(
        Figure.NO_WORD,
        "share",
        "",
        place.block(),
        step,
        mean(heads.stream().map(Text::noWord).toList()));
    if (isAlone) {
      double entropy = mean(heads.stream().map(Text::entropy).toList());
      grids.put(Figure.CROSS_ENTROPY, "bit", "", place.block(), step, entropy);
    }
    keepWords(place, step, heads);
  }

  /** The kept word of each key of the text: its index, or -1. */
  private int[] wordOfKey(int keys) {
    int[] words = new int[keys];
    for (int key = 0; key < keys; key++) {
      words[key] =
          key < prompt.tokens().size() ? prompt.tokens().get(key).word() : PromptTokens.NO_WORD;
    }
    return words;
  }

  private Text text(Attending attending, int head, int[] rows, int[] tokens, int[] wordOfKey) {
    int cells = plan.wordCells().count();
    float[] sums = new float[plan.words().size() * cells];
    int[] counts = new int[cells];
    float[] ofWords = new float[prompt.words().size()];
    double[] others = new double[2];
    new AttentionRows(attending, head)
        .forEach(
            rows,
            (index, weights, entropy) -> {
              int cell = wordCell[tokens[index]];
              counts[cell]++;
              Arrays.fill(ofWords, 0);
              for (int key = 0; key < wordOfKey.length; key++) {
                if (wordOfKey[key] >= 0) {
                  ofWords[wordOfKey[key]] += weights[key];
                } else {
                  others[0] += weights[key];
                }
              }
              for (int word = 0; word < plan.words().size(); word++) {
                sums[word * cells + cell] += ofWords[plan.words().get(word)];
              }
              others[1] += entropy;
            });
    for (int i = 0; i < sums.length; i++) {
      sums[i] /= counts[i % cells];
    }
    return new Text(sums, others[0] / rows.length, others[1] / rows.length);
  }

  private void keepWords(TracedPlace place, int step, List<Text> heads) {
    int block = plan.mapBlocks().indexOf(layout.blocks().indexOf(place.block()));
    int kept = plan.wordSteps().indexOf(step);
    if (block < 0 || kept < 0) {
      return;
    }
    int words = plan.words().size();
    int cells = plan.wordCells().count();
    float[] mean = new float[words * cells];
    for (int head = 0; head < heads.size(); head++) {
      float[] maps = heads.get(head).words();
      int first = block * heads.size() + head;
      for (int i = 0; i < maps.length; i++) {
        mean[i] += maps[i];
        if (!plan.isWhole()) {
          sums[first * maps.length + i] += maps[i];
        }
      }
      for (int word = 0; word < words && plan.isWhole(); word++) {
        int blocks = plan.mapBlocks().size();
        byHead.put((kept * blocks * heads.size() + first) * words + word, maps, word * cells, 1);
      }
    }
    for (int word = 0; word < words; word++) {
      int map = (kept * plan.mapBlocks().size() + block) * words + word;
      byStep.put(map, mean, word * cells, 1f / heads.size());
    }
  }

  // ---------------------------------------------------------------- video

  /**
   * What the chosen tokens attend to. An attention may come as several, of a sequence each.
   *
   * @param text queries and keys in front of the video's
   */
  private void video(TracedPlace place, String path, Attending attending, int text) {
    int all = layout.tokens().tokens();
    if (!path.equals(sequencesAt) || sequencesDone == all) {
      sequencesDone = 0;
      int size = plan.queries().length * plan.patchCells().count();
      sequences = IntStream.range(0, attending.heads()).mapToObj(_ -> new Video(size)).toList();
    }
    boolean isPlaceMajor = TracedPlace.isPlaceMajor(place.block());
    int count = attending.query().intSize(0) - text;
    int[] rows = new int[plan.queries().length];
    int[] chosen = new int[rows.length];
    int found = 0;
    for (int query = 0; query < plan.queries().length; query++) {
      int row = row(plan.queries()[query], isPlaceMajor) - sequencesDone;
      if (row >= 0 && row < count) {
        rows[found] = text + row;
        chosen[found++] = query;
      }
    }
    int[] asked = Arrays.copyOf(rows, found);
    int[] cellOfKey = cellOfKey(count, isPlaceMajor);
    if (found > 0) {
      byHead(attending.heads(), head -> video(attending, head, asked, chosen, text, cellOfKey));
    }
    sequencesDone += count;
    if (sequencesDone == all) {
      keepPatches(place, layout.step(place.step()));
    }
  }

  private Video video(
      Attending attending, int head, int[] rows, int[] chosen, int text, int[] cellOfKey) {
    Video video = sequences.get(head);
    int cells = plan.patchCells().count();
    new AttentionRows(attending, head)
        .forEach(
            rows,
            (index, weights, entropy) -> {
              int first = chosen[index] * cells;
              for (int key = 0; key < cellOfKey.length; key++) {
                video.maps[first + cellOfKey[key]] += weights[text + key];
              }
              video.entropy += entropy;
            });
    return video;
  }

  /** Where a token stands among those of a block. */
  private int row(int token, boolean isPlaceMajor) {
    int places = layout.tokens().height() * layout.tokens().width();
    return isPlaceMajor ? token % places * layout.tokens().frames() + token / places : token;
  }

  /** The cells of the keys of the sequences that are seen. */
  private int[] cellOfKey(int count, boolean isPlaceMajor) {
    int places = layout.tokens().height() * layout.tokens().width();
    int frames = layout.tokens().frames();
    int[] cells = new int[count];
    for (int key = 0; key < count; key++) {
      int row = sequencesDone + key;
      cells[key] = patchCell[isPlaceMajor ? row % frames * places + row / frames : row];
    }
    return cells;
  }

  private void keepPatches(TracedPlace place, int step) {
    int queries = plan.queries().length;
    double entropy = mean(sequences.stream().map(head -> head.entropy / queries).toList());
    grids.put(Figure.SELF_ENTROPY, "bit", "", place.block(), step, entropy);
    int block = plan.mapBlocks().indexOf(layout.blocks().indexOf(place.block()));
    int kept = plan.patchSteps().indexOf(step);
    if (block < 0 || kept < 0) {
      return;
    }
    int cells = plan.patchCells().count();
    float[] mean = new float[queries * cells];
    for (Video head : sequences) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += head.maps[i];
      }
    }
    for (int query = 0; query < queries; query++) {
      int map = (kept * plan.mapBlocks().size() + block) * queries + query;
      patches.put(map, mean, query * cells, 1f / sequences.size());
    }
  }

  // ---------------------------------------------------------------- all of them

  /** What each head gives, some of them at a time. */
  private static <T> List<T> byHead(int heads, IntFunction<T> work) {
    List<T> all = new ArrayList<>();
    for (int first = 0; first < heads; first += HEADS_TOGETHER) {
      all.addAll(
          IntStream.range(first, Math.min(heads, first + HEADS_TOGETHER))
              .parallel()
              .mapToObj(work)
              .toList());
    }
    return all;
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sum() / values.size();
  }

  /** The maps of words. */
  WordMaps words() {
    if (!plan.isWhole()) {
      int cells = plan.wordCells().count();
      for (int map = 0; map < plan.wordMapsByHead(); map++) {
        byHead.put(map, sums, map * cells, 1f / plan.wordSteps().size());
      }
    }
    return new WordMaps(
        Figure.WORDS.caption(),
        plan.wordCells().grid(layout.framesPerToken(), layout.inFront()),
        plan.words(),
        plan.wordSteps(),
        plan.mapBlockNames(),
        layout.heads(),
        plan.isWhole(),
        byHead.maps(),
        byStep.maps());
  }

  /** The maps of patches. */
  PatchMaps patches() {
    int columns = layout.tokens().width();
    int rows = layout.tokens().height();
    List<int[]> queries =
        IntStream.of(plan.queries())
            .mapToObj(token ->
                new int[] {token / columns / rows, token / columns % rows, token % columns})
            .toList();
    return new PatchMaps(
        Figure.PATCHES.caption(),
        plan.patchCells().grid(layout.framesPerToken(), layout.inFront()),
        queries,
        rows,
        columns,
        plan.patchSteps(),
        plan.mapBlockNames(),
        patches.maps());
  }
}
