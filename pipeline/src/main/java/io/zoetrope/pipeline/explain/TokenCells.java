package io.zoetrope.pipeline.explain;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import java.util.ArrayList;
import java.util.List;

/**
 * How tokens are put together to cells of heat maps: so many neighbours along each axis.
 *
 * @param tokens the transformer's, in the order frame, row, column
 * @param frames tokens of a cell in time
 * @param rows tokens of a cell from top to bottom
 * @param columns tokens of a cell from left to right
 */
record TokenCells(PatchGrid tokens, int frames, int rows, int columns) {
  /** The most cells that are not too many: the longest axis is halved until they are few enough. */
  static TokenCells within(PatchGrid tokens, long most) {
    TokenCells cells = new TokenCells(tokens, 1, 1, 1);
    while (cells.count() > Math.max(1, most)) {
      cells = cells.coarser();
    }
    return cells;
  }

  private TokenCells coarser() {
    int longest = Math.max(frameCells(), Math.max(rowCells(), columnCells()));
    if (columnCells() == longest) {
      return new TokenCells(tokens, frames, rows, 2 * columns);
    }
    return rowCells() == longest
        ? new TokenCells(tokens, frames, 2 * rows, columns)
        : new TokenCells(tokens, 2 * frames, rows, columns);
  }

  private int frameCells() {
    return Math.ceilDiv(tokens.frames(), frames);
  }

  private int rowCells() {
    return Math.ceilDiv(tokens.height(), rows);
  }

  private int columnCells() {
    return Math.ceilDiv(tokens.width(), columns);
  }

  int count() {
    return frameCells() * rowCells() * columnCells();
  }

  /** The cell of a token. */
  int of(int token) {
    int column = token % tokens.width();
    int row = token / tokens.width() % tokens.height();
    int frame = token / tokens.width() / tokens.height();
    return (frame / frames * rowCells() + row / rows) * columnCells() + column / columns;
  }

  /** The cell of each token. */
  int[] ofAll() {
    int[] cells = new int[tokens.tokens()];
    for (int token = 0; token < cells.length; token++) {
      cells[token] = of(token);
    }
    return cells;
  }

  /** The token in the middle of each cell. */
  int[] middles() {
    int[] middles = new int[count()];
    int cell = 0;
    for (int frame = 0; frame < frameCells(); frame++) {
      for (int row = 0; row < rowCells(); row++) {
        for (int column = 0; column < columnCells(); column++) {
          int inFrame =
              middle(row, rows, tokens.height()) * tokens.width()
                  + middle(column, columns, tokens.width());
          middles[cell++] =
              middle(frame, frames, tokens.frames()) * tokens.height() * tokens.width() + inFrame;
        }
      }
    }
    return middles;
  }

  private static int middle(int cell, int size, int tokens) {
    return (cell * size + Math.min((cell + 1) * size, tokens)) / 2;
  }

  /**
   * The maps' grid.
   *
   * @param framesPerToken latent frames of a token
   * @param inFront latent frames in front of the clip
   */
  MapGrid grid(int framesPerToken, int inFront) {
    List<Integer> latentFrames = new ArrayList<>();
    for (int cell = 0; cell < frameCells(); cell++) {
      int middle = middle(cell, frames, tokens.frames());
      latentFrames.add(middle * framesPerToken + framesPerToken / 2 - inFront);
    }
    return new MapGrid(frameCells(), rowCells(), columnCells(), List.copyOf(latentFrames));
  }
}
