package io.zoetrope.pipeline.explain;

import io.zoetrope.pipeline.explain.Explanation.HeatMaps;
import java.util.Arrays;

/** Heat maps as they are kept: a byte for each cell, and the peak of each map. */
final class MapStore {
  private final int cells;
  private final byte[] values;
  private final float[] peaks;

  /** Room for so many maps, none of which is there yet. */
  MapStore(long maps, int cells) {
    this.cells = cells;
    this.values = new byte[Math.toIntExact(maps * cells)];
    this.peaks = new float[Math.toIntExact(maps)];
    Arrays.fill(peaks, Float.NaN);
  }

  /**
   * Keeps a map.
   *
   * @param from has the map's cells, none negative, from an index on
   * @param share what each is multiplied with
   */
  void put(int map, float[] from, int start, float share) {
    float peak = 0;
    for (int cell = 0; cell < cells; cell++) {
      peak = Math.max(peak, from[start + cell]);
    }
    peaks[map] = peak * share;
    for (int cell = 0; cell < cells && peak > 0; cell++) {
      values[map * cells + cell] = (byte) Math.round(255 * from[start + cell] / peak);
    }
  }

  HeatMaps maps() {
    return new HeatMaps(cells, values, peaks);
  }
}
