package io.zoetrope.pipeline.explain;

import io.zoetrope.pipeline.explain.Explanation.BlockGrid;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Numbers of each block in each step, as they come. */
final class BlockGrids {
  /** What grids are told apart by; they are shown in this order. */
  private record Key(Figure figure, String layer, String branch, String unit)
      implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::figure).thenComparing(Key::layer).thenComparing(Key::branch);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private final JobLayout layout;
  private final SortedMap<Key, float[][]> grids = new TreeMap<>();

  BlockGrids(JobLayout layout) {
    this.layout = layout;
  }

  /** Keeps a number of a whole block; the first one of a place counts. */
  void put(Figure figure, String unit, String branch, String block, int step, double value) {
    put(figure, "", unit, branch, block, step, value);
  }

  /** Keeps a number of a layer of a block, likewise. */
  void put(
      Figure figure,
      String layer,
      String unit,
      String branch,
      String block,
      int step,
      double value) {
    float[][] values = grids.computeIfAbsent(new Key(figure, layer, branch, unit), _ -> empty());
    int row = layout.blocks().indexOf(block);
    if (row >= 0 && Float.isNaN(values[row][step])) {
      values[row][step] = (float) value;
    }
  }

  private float[][] empty() {
    float[][] values = new float[layout.blocks().size()][layout.steps().size()];
    for (float[] row : values) {
      Arrays.fill(row, Float.NaN);
    }
    return values;
  }

  /** All of them. */
  List<BlockGrid> grids() {
    return grids.entrySet().stream()
        .map(grid -> {
          Key key = grid.getKey();
          return new BlockGrid(
              key.figure.caption(key.layer),
              key.unit,
              key.branch,
              layout.blocks(),
              grid.getValue());
        })
        .toList();
  }
}
