package io.zoetrope.bench;

import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The pointing game: how often the peak of a heat map lies on what it should show (Zhang et al.,
 * "Top-down neural attention by excitation backprop", 2016, section 4.1), here in each latent frame
 * that shows it.
 */
final class PointingGame {
  /** Those that something is chosen on, and those that it is measured on; then the reverse. */
  private static final int HALVES = 2;

  private final int cellsInFrame;
  private final List<Turn> turns = new ArrayList<>();

  /**
   * A word in a clip.
   *
   * @param maps [blocks][heads][cells], cells in the order frame, row, column
   * @param object the cells that show what the word names
   */
  record Turn(float[][][] maps, boolean[] object) {}

  /**
   * How often peaks hit.
   *
   * @param hits latent frames in which the peak lies on the thing
   * @param frames latent frames that show it
   * @param elsewhere how often the same peaks lie on the things of other clips, from 0 to 1: what
   *     knowing where things usually are is worth
   */
  record Score(int hits, int frames, double elsewhere) {}

  /**
   * The score of what was chosen on one half of the clips and measured on the other.
   *
   * @param names what was chosen on the first half, and on the second
   */
  record Chosen(Score score, List<String> names) {}

  /** A way to make one map of those of a word. */
  private record Reading(String name, Function<Turn, float[]> map) {}

  /** A game whose maps have so many cells in each frame. */
  PointingGame(int cellsInFrame) {
    this.cellsInFrame = cellsInFrame;
  }

  void add(Turn turn) {
    turns.add(turn);
  }

  /**
   * The maps of a word, as means over the steps.
   *
   * @param word its place among those that have maps
   * @return [blocks][heads][cells]
   */
  static float[][][] overSteps(WordMaps maps, int word) {
    int blocks = maps.blocks().size();
    int steps = maps.isWhole() ? maps.steps().size() : 1;
    float[][][] means = new float[blocks][maps.heads()][maps.grid().cells()];
    for (int step = 0; step < steps; step++) {
      for (int block = 0; block < blocks; block++) {
        for (int head = 0; head < maps.heads(); head++) {
          int map = ((step * blocks + block) * maps.heads() + head) * maps.words().size() + word;
          float[] mean = means[block][head];
          for (int cell = 0; cell < mean.length; cell++) {
            mean[cell] += maps.byHead().value(map, cell) / steps;
          }
        }
      }
    }
    return means;
  }

  /** How much of the latent frames that show the thing it takes: what a blind guess hits. */
  double chance() {
    int shown = 0;
    int frames = 0;
    for (Turn turn : turns) {
      for (int frame = 0; frame < turn.object.length / cellsInFrame; frame++) {
        int cells = shown(turn, frame);
        shown += cells;
        frames += cells > 0 ? 1 : 0;
      }
    }
    return (double) shown / (frames * cellsInFrame);
  }

  /** The mean over blocks and heads. */
  Score ofMean() {
    return score(
        turn ->
            mean(IntStream.range(0, turn.maps.length).mapToObj(b -> mean(turn.maps[b])).toList()),
        turns);
  }

  /** The mean over the heads of a block. */
  Score ofBlock(int block) {
    return score(turn -> mean(turn.maps[block]), turns);
  }

  /** The best block. */
  Chosen ofBestBlock() {
    return ofBest(
        IntStream.range(0, blocks())
            .mapToObj(block -> new Reading("block " + block, turn -> mean(turn.maps[block])))
            .toList());
  }

  /** The best head of all blocks. */
  Chosen ofBestHead() {
    List<Reading> readings = new ArrayList<>();
    for (int block = 0; block < blocks(); block++) {
      for (int head = 0; head < turns.getFirst().maps[block].length; head++) {
        int b = block;
        int h = head;
        readings.add(new Reading("block %d head %d".formatted(b, h), turn -> turn.maps[b][h]));
      }
    }
    return ofBest(readings);
  }

  int blocks() {
    return turns.getFirst().maps.length;
  }

  private Chosen ofBest(List<Reading> readings) {
    List<String> names = new ArrayList<>();
    int hits = 0;
    int frames = 0;
    double elsewhere = 0;
    for (int half = 0; half < HALVES; half++) {
      Reading best = best(readings, half(half));
      Score score = score(best.map, half(1 - half));
      names.add(best.name);
      hits += score.hits;
      frames += score.frames;
      elsewhere += score.elsewhere / HALVES;
    }
    return new Chosen(new Score(hits, frames, elsewhere), names);
  }

  /** Every other clip. */
  private List<Turn> half(int first) {
    return IntStream.range(0, turns.size())
        .filter(turn -> turn % HALVES == first)
        .mapToObj(turns::get)
        .toList();
  }

  /** What hits most often; of several the first. */
  private Reading best(List<Reading> readings, List<Turn> played) {
    Reading best = readings.getFirst();
    int most = -1;
    for (Reading reading : readings) {
      int hits = score(reading.map, played).hits;
      if (hits > most) {
        most = hits;
        best = reading;
      }
    }
    return best;
  }

  private Score score(Function<Turn, float[]> map, List<Turn> played) {
    int[] own = new int[2];
    int[] others = new int[2];
    for (Turn turn : played) {
      int[] peaks = peaks(map.apply(turn));
      for (Turn shown : played) {
        int[] counts = shown == turn ? own : others;
        for (int frame = 0; frame < peaks.length; frame++) {
          if (shown(shown, frame) > 0) {
            counts[0] += shown.object[peaks[frame]] ? 1 : 0;
            counts[1]++;
          }
        }
      }
    }
    return new Score(own[0], own[1], (double) others[0] / others[1]);
  }

  /** The largest cell of each frame. */
  private int[] peaks(float[] map) {
    int[] peaks = new int[map.length / cellsInFrame];
    for (int frame = 0; frame < peaks.length; frame++) {
      peaks[frame] = frame * cellsInFrame;
      for (int cell = peaks[frame] + 1; cell < (frame + 1) * cellsInFrame; cell++) {
        if (map[cell] > map[peaks[frame]]) {
          peaks[frame] = cell;
        }
      }
    }
    return peaks;
  }

  /** How many cells of a frame show the thing. */
  private int shown(Turn turn, int frame) {
    return (int)
        IntStream.range(frame * cellsInFrame, (frame + 1) * cellsInFrame)
            .filter(cell -> turn.object[cell])
            .count();
  }

  private static float[] mean(float[][] maps) {
    return mean(List.of(maps));
  }

  private static float[] mean(List<float[]> maps) {
    float[] mean = new float[maps.getFirst().length];
    for (float[] map : maps) {
      for (int cell = 0; cell < mean.length; cell++) {
        mean[cell] += map[cell] / maps.size();
      }
    }
    return mean;
  }
}
