package io.zoetrope.bench;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import java.util.Arrays;
import java.util.Map;

/** Where a clip of the demo model shows the thing of its prompt, found by its colour alone. */
final class ObjectMask {
  private static final int CHANNELS = 3;

  /** How far a pixel may be from its colour, as the detector of the demo model's scores has it. */
  private static final double FARTHEST = 80;

  /** The darkest shade of a thing: balls of the training data are shaded. */
  private static final double DARKEST = 0.6;

  /** Colours of things in the training data, by their words: red, green, blue, from 0 to 255. */
  private static final Map<String, int[]> COLOURS =
      Map.of(
          "red", new int[] {224, 40, 40},
          "green", new int[] {40, 175, 65},
          "blue", new int[] {45, 85, 230},
          "yellow", new int[] {250, 218, 50},
          "orange", new int[] {248, 140, 30},
          "purple", new int[] {150, 60, 205},
          "pink", new int[] {252, 130, 185},
          "white", new int[] {248, 248, 248},
          "cyan", new int[] {60, 215, 225});

  private ObjectMask() {}

  /** Whether a word is a colour of things. */
  static boolean isColour(String word) {
    return COLOURS.containsKey(word);
  }

  /**
   * The pixels of the thing in a frame: the largest piece, joined by its sides, of those that are
   * nearer to a shade of its colour than to one of another thing's, and near enough.
   *
   * @param rgb [height, width, 3], uint8
   * @param colour word of the thing's colour
   * @return [height, width]; no pixel if nothing has the colour
   */
  static boolean[] pixels(byte[] rgb, int width, String colour) {
    boolean[] mask = new boolean[rgb.length / CHANNELS];
    for (int pixel = 0; pixel < mask.length; pixel++) {
      double own = distance(rgb, pixel, COLOURS.get(colour));
      mask[pixel] = own < FARTHEST;
      for (int[] other : COLOURS.values()) {
        mask[pixel] &= own <= distance(rgb, pixel, other);
      }
    }
    return largestPiece(mask, width);
  }

  /** How far a pixel is from the nearest shade of a colour. */
  private static double distance(byte[] rgb, int pixel, int[] colour) {
    double along = 0;
    double square = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      along += (rgb[pixel * CHANNELS + channel] & 0xff) * colour[channel];
      square += colour[channel] * colour[channel];
    }
    double shade = Math.clamp(along / square, DARKEST, 1);
    double distance = 0;
    for (int channel = 0; channel < CHANNELS; channel++) {
      double off = (rgb[pixel * CHANNELS + channel] & 0xff) - shade * colour[channel];
      distance += off * off;
    }
    return Math.sqrt(distance);
  }

  private static boolean[] largestPiece(boolean[] mask, int width) {
    int[] pieces = new int[mask.length];
    int[] waiting = new int[mask.length];
    int piece = 0;
    int largest = 0;
    int mostPixels = 0;
    for (int first = 0; first < mask.length; first++) {
      if (mask[first] && pieces[first] == 0) {
        int pixels = fill(mask, width, first, ++piece, pieces, waiting);
        if (pixels > mostPixels) {
          mostPixels = pixels;
          largest = piece;
        }
      }
    }
    boolean[] kept = new boolean[mask.length];
    for (int pixel = 0; pixel < kept.length; pixel++) {
      kept[pixel] = mask[pixel] && pieces[pixel] == largest;
    }
    return kept;
  }

  /** Gives the number of a piece to all its pixels, and counts them. */
  private static int fill(
      boolean[] mask, int width, int first, int piece, int[] pieces, int[] waiting) {
    int found = 0;
    waiting[found++] = first;
    pieces[first] = piece;
    for (int next = 0; next < found; next++) {
      int pixel = waiting[next];
      int column = pixel % width;
      int[] neighbours = {
        pixel - width,
        pixel + width,
        column > 0 ? pixel - 1 : -1,
        column < width - 1 ? pixel + 1 : -1
      };
      for (int neighbour : neighbours) {
        boolean isInside = neighbour >= 0 && neighbour < mask.length;
        if (isInside && mask[neighbour] && pieces[neighbour] == 0) {
          pieces[neighbour] = piece;
          waiting[found++] = neighbour;
        }
      }
    }
    return found;
  }

  /**
   * The cells of heat maps that show the thing: those with at least half as many of its pixels as
   * the cell of the same latent frame that has most. So a thing that is smaller than a cell, or
   * lies across the corner of four, has its cells too. Pixels are counted in all frames that the
   * latent frame stands for.
   *
   * @param colour word of the thing's colour
   * @param framesPerLatent frames of a latent frame, but of the first one, which stands for one
   * @return [frames, rows, columns] of the grid; none of a frame in which nothing has the colour
   */
  static boolean[] cells(VideoFrames clip, String colour, MapGrid grid, int framesPerLatent) {
    boolean[] cells = new boolean[grid.cells()];
    int inFrame = grid.rows() * grid.columns();
    for (int frame = 0; frame < grid.frames(); frame++) {
      int latent = grid.latentFrames().get(frame);
      int last = latent * framesPerLatent;
      int[] counts = new int[inFrame];
      for (int shown = latent == 0 ? 0 : last - framesPerLatent + 1; shown <= last; shown++) {
        count(pixels(clip.frame(shown), clip.width(), colour), clip, grid, counts);
      }
      int most = Arrays.stream(counts).max().orElseThrow();
      for (int cell = 0; cell < inFrame; cell++) {
        cells[frame * inFrame + cell] = most > 0 && 2 * counts[cell] >= most;
      }
    }
    return cells;
  }

  private static void count(boolean[] pixels, VideoFrames clip, MapGrid grid, int[] counts) {
    for (int pixel = 0; pixel < pixels.length; pixel++) {
      if (pixels[pixel]) {
        int row = pixel / clip.width() * grid.rows() / clip.height();
        int column = pixel % clip.width() * grid.columns() / clip.width();
        counts[row * grid.columns() + column]++;
      }
    }
  }
}
