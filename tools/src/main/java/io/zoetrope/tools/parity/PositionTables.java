package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.RopeTables;
import io.zoetrope.dit.SinCosPositions;
import io.zoetrope.dit.cogvideox.CogVideoXRope;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;

/** Fixtures of tables of positions, and of what rotary ones do to queries and keys. */
final class PositionTables {
  private PositionTables() {}

  /** Sines and cosines of places in a frame as large as those that the model was trained with. */
  static void sinCosOfFrame(Case c) {
    PatchGrid grid = frame(c.attribute("grid"));
    int dim = c.attribute("embed_dim").intValue();
    c.result("out", SinCosPositions.ofFrame(grid, dim, grid.height(), 1).toFloats());
  }

  static void sinCosOfFrames(Case c) {
    int frames = c.attribute("positions").intValue();
    int dim = c.attribute("embed_dim").intValue();
    c.result("out", SinCosPositions.ofFrames(frames, dim).toFloats());
  }

  static void sinCosOfVideo(Case c) {
    JsonNode size = c.attribute("spatial_size_w_h");
    PatchGrid grid =
        new PatchGrid(
            c.attribute("frames").intValue(), size.get(1).intValue(), size.get(0).intValue());
    double scale = c.attribute("spatial_interpolation_scale").doubleValue();
    int dim = c.attribute("embed_dim").intValue();
    c.result("out", SinCosPositions.ofVideo(grid, dim, scale, 1).toFloats());
  }

  /** Rotary positions along one axis, for which models have a part of each head. */
  static void ropeOfAxis(Case c) {
    RopeTables.Axis axis =
        RopeTables.Axis.counting(
            c.attribute("positions").intValue(), c.attribute("dim").intValue(), 10000);
    c.result("cos", LayerOperations.eachTwice(axis.cos()));
    c.result("sin", LayerOperations.eachTwice(axis.sin()));
  }

  static void cogVideoXRope(Case c) {
    PatchGrid frame = frame(c.attribute("grid_h_w"));
    PatchGrid grid = new PatchGrid(c.attribute("frames").intValue(), frame.height(), frame.width());
    int headDim = c.attribute("embed_dim").intValue();
    CogVideoXRope rope = CogVideoXRope.within(c.ops(), headDim, grid, grid.height(), grid.width());
    c.result("cos", LayerOperations.eachTwice(c.ops().download(rope.cos()).toFloats()));
    c.result("sin", LayerOperations.eachTwice(c.ops().download(rope.sin()).toFloats()));
    for (Tensor x : c.elements("x")) {
      Tensor rotated = c.ops().copy(x.permute(1, 0, 2));
      Tensor tokens = rotated.reshape(x.size(1), -1);
      c.ops().ropeInPlace(tokens, rope.cos(), rope.sin(), x.intSize(0));
      c.result("out", rotated.permute(1, 0, 2));
    }
  }

  private static PatchGrid frame(JsonNode rowsAndColumns) {
    return new PatchGrid(1, rowsAndColumns.get(0).intValue(), rowsAndColumns.get(1).intValue());
  }
}
