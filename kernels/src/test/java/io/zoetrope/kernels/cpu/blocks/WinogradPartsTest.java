package io.zoetrope.kernels.cpu.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.blocks.Winograd.Part;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WinogradPartsTest {
  private final Random random = new Random(1);

  /** In one dimension, where a square is a line. */
  @Test
  void productsOfTransformedLinesAreTheConvolution() {
    for (int round = 0; round < 100; round++) {
      double[] line = random.doubles(Winograd.WINDOW, -1, 1).toArray();
      double[] kernel = random.doubles(Winograd.KERNEL, -1, 1).toArray();
      double[] windows = multiply(Part.INPUT, line);
      double[] kernels = multiply(Part.WEIGHT, kernel);
      double[] products = new double[Winograd.WINDOW];
      for (int i = 0; i < products.length; i++) {
        products[i] = windows[i] * kernels[i];
      }
      double[] results = multiply(Part.RESULT, products);
      for (int i = 0; i < Winograd.TILE; i++) {
        double expected = 0;
        for (int tap = 0; tap < Winograd.KERNEL; tap++) {
          expected += line[i + tap] * kernel[tap];
        }
        assertEquals(expected, results[i], 2e-6);
      }
    }
  }

  /** What code for the transformations relies on. */
  @Test
  void pairsOfPointsDifferInSigns() {
    for (Part part : Part.values()) {
      boolean inColumns = part == Part.RESULT;
      for (int pair = 1; pair <= 3; pair += 2) {
        int others = inColumns ? part.out() : part.in();
        for (int other = 0; other < others; other++) {
          float first = inColumns ? part.at(other, pair) : part.at(pair, other);
          float second = inColumns ? part.at(other, pair + 1) : part.at(pair + 1, other);
          assertEquals(other % 2 == 0 ? first : 0 - first, second);
        }
      }
    }
  }

  private static double[] multiply(Part part, double[] vector) {
    double[] result = new double[part.out()];
    for (int row = 0; row < part.out(); row++) {
      for (int column = 0; column < part.in(); column++) {
        result[row] += part.at(row, column) * vector[column];
      }
    }
    return result;
  }
}
