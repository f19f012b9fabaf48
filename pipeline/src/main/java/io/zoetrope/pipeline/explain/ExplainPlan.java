package io.zoetrope.pipeline.explain;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.PromptTokens.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is kept of a job, so that it takes a bounded amount of memory whatever the job's size is.
 *
 * @param layout what the job computes
 * @param limits that bound it
 * @param words that have maps, indices of the prompt's
 * @param mapBlocks that have maps, indices of the layout's
 * @param wordSteps that have maps of words, indices of the layout's
 * @param isWhole whether each head has maps of words in each step
 * @param wordCells how tokens are put together in maps of words
 * @param queries tokens whose self-attention is kept
 * @param patchSteps that have maps of patches, indices of the layout's
 * @param patchCells how tokens are put together in maps of patches
 */
record ExplainPlan(
    JobLayout layout,
    ExplainLimits limits,
    List<Integer> words,
    List<Integer> mapBlocks,
    List<Integer> wordSteps,
    boolean isWhole,
    TokenCells wordCells,
    int[] queries,
    List<Integer> patchSteps,
    TokenCells patchCells) {
  /** Cells below which a map shows nothing, unless the clip has no more tokens. */
  private static final int FEWEST_CELLS = 16;

  /** Steps whose maps of words are kept where not all can be. */
  private static final int WORD_STEPS = 10;

  private static final int PATCH_STEPS = 5;

  /**
   * Decides what is kept.
   *
   * @throws PipelineException if a word is not in the prompt, there is no block of a number, or
   *     more is asked for than there is memory for
   */
  static ExplainPlan of(
      JobLayout layout, PromptTokens prompt, ExplainOptions options, ExplainLimits limits) {
    PatchGrid tokens = layout.tokens();
    List<Integer> words = words(prompt, options.words());
    List<Integer> blocks = blocks(layout, options.blocks());
    int steps = layout.steps().size();
    long mapped = Math.max(1, words.size()) * (long) blocks.size();

    long each = mapped * steps * (layout.heads() + 1);
    boolean isWhole = each * Math.min(tokens.tokens(), limits.cells()) <= limits.mapBytes();
    List<Integer> wordSteps = spread(steps, isWhole ? steps : WORD_STEPS);
    long wordMaps = isWhole ? each : mapped * (wordSteps.size() + layout.heads());

    int[] queries = queries(tokens, options.patches());
    List<Integer> patchSteps = spread(steps, PATCH_STEPS);
    long patchMaps = (long) patchSteps.size() * blocks.size() * queries.length;
    return new ExplainPlan(
        layout,
        limits,
        words,
        blocks,
        wordSteps,
        isWhole,
        cells(tokens, limits, wordMaps, "words: name fewer of them, or fewer blocks"),
        queries,
        patchSteps,
        cells(tokens, limits, patchMaps, "patches: choose fewer of them, or fewer blocks"));
  }

  private static TokenCells cells(PatchGrid tokens, ExplainLimits limits, long maps, String what) {
    long most = limits.mapBytes() / maps;
    if (most < Math.min(FEWEST_CELLS, tokens.tokens())) {
      throw new PipelineException(
          "%,d attention maps are too many to be kept, with those of all %s".formatted(maps, what));
    }
    return TokenCells.within(tokens, Math.min(most, limits.cells()));
  }

  private static List<Integer> words(PromptTokens prompt, List<String> asked) {
    List<Word> all = prompt.words();
    for (String word : asked) {
      if (all.stream().noneMatch(one -> one.is(word))) {
        throw new PipelineException(
            "%s is no word of the prompt, which has %s"
                .formatted(
                    quote(word), all.stream().map(Word::text).collect(Collectors.joining(", "))));
      }
    }
    return IntStream.range(0, all.size())
        .filter(word -> asked.isEmpty() || asked.stream().anyMatch(all.get(word)::is))
        .boxed()
        .toList();
  }

  private static List<Integer> blocks(JobLayout layout, List<Integer> asked) {
    List<Integer> numbers = layout.blocks().stream().map(TracedPlace::number).toList();
    for (int number : asked) {
      if (!numbers.contains(number)) {
        throw new PipelineException(
            "there is no block %d: this model has blocks 0 to %d"
                .formatted(number, numbers.stream().mapToInt(Integer::intValue).max().orElse(0)));
      }
    }
    return IntStream.range(0, numbers.size())
        .filter(block -> asked.isEmpty() || asked.contains(numbers.get(block)))
        .boxed()
        .toList();
  }

  /** At most so many of the numbers from 0 on, the first and the last among them. */
  private static List<Integer> spread(int count, int most) {
    if (count <= most) {
      return IntStream.range(0, count).boxed().toList();
    }
    return IntStream.range(0, most).map(i -> i * (count - 1) / (most - 1)).boxed().toList();
  }

  /** A grid of so many tokens along each side, in every frame. */
  private static int[] queries(PatchGrid tokens, int side) {
    int rows = Math.min(side, tokens.height());
    int columns = Math.min(side, tokens.width());
    List<Integer> queries = new ArrayList<>();
    for (int frame = 0; frame < tokens.frames(); frame++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          int row = frame * tokens.height() + (2 * i + 1) * tokens.height() / (2 * rows);
          queries.add(row * tokens.width() + (2 * j + 1) * tokens.width() / (2 * columns));
        }
      }
    }
    return queries.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Names of the blocks that have maps. */
  List<String> mapBlockNames() {
    return mapBlocks.stream().map(layout.blocks()::get).toList();
  }

  /** Number of maps of words of single heads. */
  long wordMapsByHead() {
    return (isWhole ? wordSteps.size() : 1L) * mapBlocks.size() * layout.heads() * words.size();
  }

  /** Number of maps of words that are means over heads. */
  long wordMapsByStep() {
    return (long) wordSteps.size() * mapBlocks.size() * words.size();
  }

  /** Number of maps of patches. */
  long patchMaps() {
    return (long) patchSteps.size() * mapBlocks.size() * queries.length;
  }
}
