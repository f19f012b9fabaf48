package io.zoetrope.kernels.cpu.blocks;

import io.zoetrope.ops.RowOperation.GroupNorm;

/**
 * The statistics of a group norm: each block of positions of a sample tells the mean and the
 * squared deviations of its channels, and what is known of all blocks is put together in float64
 * (Chan et al., "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", 1979).
 * The blocks depend on the shape alone.
 */
public final class GroupMoments {
  private final int channels;
  private final int groups;
  private final float eps;
  private final long positions;
  private final int rowsOfBlock;
  private final int blocksOfSample;
  private final int blocks;

  /** The means of each channel of each block; the squares lie alike. */
  private final double[] means;

  private final double[] squares;

  /**
   * Channel by channel, {@code (x - centre) * factor + offset} is the result. What rounding has
   * left of a mean is in the offset, so that a large mean does not hide a small variance.
   */
  public record Affine(float[] centres, float[] factors, float[] offsets) {}

  /** A norm in blocks of about so many elements. */
  public GroupMoments(GroupNorm op, int elementsOfBlock) {
    channels = op.x().intSize(-1);
    groups = op.groups();
    eps = op.eps();
    long samples = op.x().size(0);
    positions = op.x().count() / channels / samples;
    rowsOfBlock = (int) Math.clamp(elementsOfBlock / channels, 1, positions);
    blocksOfSample = Math.toIntExact(Math.ceilDiv(positions, rowsOfBlock));
    blocks = Math.toIntExact(samples * blocksOfSample);
    means = new double[Math.multiplyExact(blocks, channels)];
    squares = new double[means.length];
  }

  /** The number of blocks of all samples. */
  public int blocks() {
    return blocks;
  }

  /** The sample that a block belongs to. */
  public int sample(int block) {
    return block / blocksOfSample;
  }

  /** The first position of a block among those of all samples. */
  public long firstRow(int block) {
    return sample(block) * positions + (long) (block % blocksOfSample) * rowsOfBlock;
  }

  /** The number of positions of a block. */
  public int rows(int block) {
    long before = (long) (block % blocksOfSample) * rowsOfBlock;
    return (int) Math.min(rowsOfBlock, positions - before);
  }

  /**
   * Notes what was measured of a channel in a block.
   *
   * @param centre about the mean
   * @param lack the sum of deviations from the centre
   * @param square the sum of their squares
   */
  public void put(int block, int channel, float centre, float lack, float square) {
    int rows = rows(block);
    int at = block * channels + channel;
    means[at] = centre + (double) lack / rows;
    squares[at] = square - (double) lack * lack / rows;
  }

  /**
   * What the norm does to a sample.
   *
   * @param weight of each channel
   * @param bias of each channel
   */
  public Affine affine(int sample, float[] weight, float[] bias) {
    Affine affine = new Affine(new float[channels], new float[channels], new float[channels]);
    int width = channels / groups;
    for (int group = 0; group < groups; group++) {
      int first = group * width;
      double mean = mean(sample, first, width);
      double variance = squares(sample, first, width, mean) / positions / width;
      double reciprocal = 1 / Math.sqrt(variance + eps);
      for (int channel = first; channel < first + width; channel++) {
        float centre = (float) mean;
        double factor = reciprocal * weight[channel];
        affine.centres[channel] = centre;
        affine.factors[channel] = (float) factor;
        affine.offsets[channel] = (float) (bias[channel] - (mean - centre) * factor);
      }
    }
    return affine;
  }

  private double mean(int sample, int first, int width) {
    double sum = 0;
    for (int block = sample * blocksOfSample; sample(block) == sample && block < blocks; block++) {
      for (int channel = first; channel < first + width; channel++) {
        sum += rows(block) * means[block * channels + channel];
      }
    }
    return sum / positions / width;
  }

  private double squares(int sample, int first, int width, double mean) {
    double sum = 0;
    for (int block = sample * blocksOfSample; sample(block) == sample && block < blocks; block++) {
      for (int channel = first; channel < first + width; channel++) {
        int at = block * channels + channel;
        sum += squares[at] + rows(block) * (means[at] - mean) * (means[at] - mean);
      }
    }
    return sum;
  }
}
