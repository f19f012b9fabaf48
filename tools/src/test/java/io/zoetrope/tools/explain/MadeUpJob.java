package io.zoetrope.tools.explain;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.pipeline.explain.Explanation;
import io.zoetrope.pipeline.explain.Explanation.BlockGrid;
import io.zoetrope.pipeline.explain.Explanation.Caption;
import io.zoetrope.pipeline.explain.Explanation.CleanLatents;
import io.zoetrope.pipeline.explain.Explanation.Curve;
import io.zoetrope.pipeline.explain.Explanation.HeatMaps;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import io.zoetrope.pipeline.explain.Explanation.PatchMaps;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.VideoGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * An explanation of a job that there never was: 17 frames of 64x64, 5 latent frames of 8x8, 4x4
 * tokens in each.
 *
 * @param prompt whose words are parted by spaces
 * @param steps that were taken
 * @param isWhole whether maps of words are kept for each head in each step
 */
record MadeUpJob(String prompt, int steps, boolean isWhole) {
  private static final int FRAMES = 5;
  private static final int SIDE = 4;
  private static final int CELLS = FRAMES * SIDE * SIDE;
  private static final int HEADS = 2;
  private static final List<String> BLOCKS = List.of("blocks.0", "blocks.1", "blocks.2");
  private static final MapGrid GRID =
      new MapGrid(FRAMES, SIDE, SIDE, IntStream.range(0, FRAMES).boxed().toList());

  /** The job, with a clip that is written below a folder. */
  ExplainedJob job(Path folder, List<String> interventions) throws IOException {
    VideoFrames clip = noise(64, 17);
    Path file = folder.resolve("clip.mp4");
    MediaWriter.open(file.toString()).write(clip, 8, Provenance.of(Map.of()));
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("prompt", prompt);
    settings.put("seed", 7L);
    double[][] map = new double[17][3];
    Arrays.fill(map[16], 128);
    map[0] = new double[] {40, 20, 10};
    return new ExplainedJob(
        settings,
        clip,
        Files.readAllBytes(file),
        new VideoGeometry(16, 4, 8, new PatchSize(1, 2, 2), 1024),
        interventions,
        new LatentColours(map, map),
        List.of());
  }

  private static VideoFrames noise(int side, int frames) {
    byte[] rgb = new byte[3 * side * side * frames];
    new Random(1).nextBytes(rgb);
    return new VideoFrames(side, side, frames, rgb);
  }

  /** What was seen of it. */
  Explanation explanation() {
    String[] written = prompt.split(" ");
    List<PromptTokens.Token> tokens = new ArrayList<>();
    List<PromptTokens.Word> words = new ArrayList<>();
    for (int i = 0; i < written.length; i++) {
      tokens.add(new PromptTokens.Token(i, " " + written[i], i));
      words.add(new PromptTokens.Word(written[i], List.of(i)));
    }
    tokens.add(new PromptTokens.Token(1, "</s>", PromptTokens.NO_WORD));
    List<Integer> all = IntStream.range(0, steps).boxed().toList();
    List<Integer> named = IntStream.range(0, words.size()).boxed().toList();
    int blocks = BLOCKS.size();
    return new Explanation(
        new PromptTokens(tokens, words),
        List.of(new Curve(caption("Sigma"), "", falling())),
        latents(),
        new WordMaps(
            caption("Words"),
            GRID,
            named,
            all,
            BLOCKS,
            HEADS,
            isWhole,
            maps((isWhole ? steps : 1) * blocks * HEADS * words.size()),
            maps(steps * blocks * words.size())),
        new PatchMaps(
            caption("Patches"),
            GRID,
            queries(),
            SIDE,
            SIDE,
            List.of(0, steps - 1),
            BLOCKS,
            maps(2 * blocks * CELLS)),
        List.of(grid("Residual", "cond"), grid("Residual", "uncond"), grid("Agreement", "")));
  }

  private static Caption caption(String title) {
    return new Caption(title, "How to read " + title + ".", "MadeUpJob#explanation");
  }

  private float[] falling() {
    float[] values = new float[steps];
    for (int step = 0; step < steps; step++) {
      values[step] = 1 - (float) step / steps;
    }
    return values;
  }

  private CleanLatents latents() {
    Random random = new Random(2);
    List<float[]> values = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      float[] latents = new float[16 * FRAMES * 8 * 8];
      for (int i = 0; i < latents.length; i++) {
        latents[i] = (float) random.nextGaussian();
      }
      values.add(latents);
    }
    return new CleanLatents(caption("Clean"), GRID.latentFrames(), 16, 8, 8, values);
  }

  /** Maps of numbers at random; the first one is not there. */
  private static HeatMaps maps(int count) {
    Random random = new Random(3);
    byte[] values = new byte[count * CELLS];
    random.nextBytes(values);
    float[] peaks = new float[count];
    for (int i = 0; i < count; i++) {
      peaks[i] = i == 0 ? Float.NaN : 0.01f + 0.1f * random.nextFloat();
    }
    return new HeatMaps(CELLS, values, peaks);
  }

  private static List<int[]> queries() {
    return IntStream.range(0, CELLS)
        .mapToObj(i -> new int[] {i / SIDE / SIDE, i / SIDE % SIDE, i % SIDE})
        .toList();
  }

  private BlockGrid grid(String name, String branch) {
    float[][] values = new float[BLOCKS.size()][steps];
    for (int block = 0; block < BLOCKS.size(); block++) {
      for (int step = 0; step < steps; step++) {
        values[block][step] = block == 0 && step == 0 ? Float.NaN : block + step / 10f;
      }
    }
    return new BlockGrid(caption(name), "", branch, BLOCKS, values);
  }
}
