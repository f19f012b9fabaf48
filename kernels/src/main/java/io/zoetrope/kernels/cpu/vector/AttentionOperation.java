package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.vector.Workspace.Piece;
import io.zoetrope.ops.Attention;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * Attention without a matrix of all scores: blocks of queries against blocks of keys with a running
 * maximum and sum (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022). Keys and values
 * are packed once for each head.
 */
final class AttentionOperation {
  private static final int QUERIES = 96;

  /** Elements of a block of keys (and of its values): both and the scores share the L2 cache. */
  private static final int KEY_BLOCK_ELEMENTS = 32 << 10;

  private static final int MOST_KEYS = 512;

  /** Elements of keys packed at a time: as many heads as fit, at least one. */
  private static final int PACKED_ELEMENTS = 4 << 20;

  private static final int KEYS_OF_PACKING_TASK = 256;

  private final Gemm gemm;

  AttentionOperation(Gemm gemm) {
    this.gemm = gemm;
  }

  void run(Attention attention) {
    new Call(attention).run();
  }

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final int heads;
    private final int headDim;
    private final int queries;
    private final int keys;
    private final float scale;
    private final Elements q;
    private final Elements k;
    private final Elements v;
    private final Elements out;
    private final Elements bias;
    private final long queryStride;
    private final long keyStride;
    private final long valueStride;
    private final long biasHeadStride;
    private final long biasQueryStride;

    private final int panelWidth = gemm.kernel().columns();
    private final int wholeKeys;
    private final int wholeDim;
    private final int blockKeys;
    private final int blockQueries;
    private final int queryBlocks;
    private final int groupHeads;

    /** Head after head, panels [head dim][keys of a panel]. */
    private final float[] keyPanels;

    /** Head after head, panels [keys][head dims of a panel]. */
    private final float[] valuePanels;

    private int firstHead;

    Call(Attention op) {
      Tensor bias = op.bias();
      this.heads = op.heads();
      this.headDim = op.q().intSize(1) / heads;
      this.queries = op.q().intSize(0);
      this.keys = op.k().intSize(0);
      this.scale = op.scale();
      this.q = Elements.of(op.q());
      this.k = Elements.of(op.k());
      this.v = Elements.of(op.v());
      this.out = Elements.of(op.out());
      this.bias = bias == null ? null : Elements.of(bias);
      queryStride = op.q().stride(0);
      keyStride = op.k().stride(0);
      valueStride = op.v().stride(0);
      biasQueryStride = bias == null || bias.size(1) == 1 ? 0 : keys;
      biasHeadStride = bias == null || bias.size(0) == 1 ? 0 : bias.size(1) * keys;
      wholeKeys = gemm.wholeColumns(keys);
      wholeDim = gemm.wholeColumns(headDim);
      int most = Math.min(MOST_KEYS, KEY_BLOCK_ELEMENTS / headDim);
      blockKeys = Math.min(wholeKeys, gemm.wholeColumns(most));
      int tasks = Math.max(1, 2 * gemm.pool().threads() / heads);
      int share = Math.ceilDiv(queries, Math.max(Math.ceilDiv(queries, QUERIES), tasks));
      blockQueries = gemm.wholeRows(share);
      queryBlocks = Math.ceilDiv(queries, blockQueries);
      int packed = Math.multiplyExact(wholeKeys, wholeDim);
      groupHeads = Math.clamp(PACKED_ELEMENTS / packed, 1, heads);
      Workspace workspace = gemm.pool().workspace();
      keyPanels = workspace.floats(Piece.KEYS, groupHeads * wholeKeys * headDim);
      valuePanels = workspace.floats(Piece.VALUES, groupHeads * keys * wholeDim);
    }

    void run() {
      int keyBlocks = Math.ceilDiv(keys, KEYS_OF_PACKING_TASK);
      for (firstHead = 0; firstHead < heads; firstHead += groupHeads) {
        int group = Math.min(groupHeads, heads - firstHead);
        gemm.pool()
            .run(
                group * keyBlocks,
                (task, workspace) -> {
                  packKeys(task / keyBlocks, task % keyBlocks, workspace);
                  packValues(task / keyBlocks, task % keyBlocks, workspace);
                });
        gemm.pool()
            .run(
                group * queryBlocks,
                (task, workspace) ->
                    attend(task / queryBlocks, task % queryBlocks * blockQueries, workspace));
      }
    }

    /** Transposes a block of keys of a head of the group, panel by panel. */
    private void packKeys(int head, int block, Workspace workspace) {
      int first = block * KEYS_OF_PACKING_TASK;
      int end = Math.min(keys, first + KEYS_OF_PACKING_TASK);
      long column = (long) (firstHead + head) * headDim;
      float[] rows = workspace.floats(Piece.LEFT, panelWidth * headDim);
      for (int panel = first; panel < end; panel += panelWidth) {
        for (int i = 0; i < Math.min(panelWidth, end - panel); i++) {
          k.load((panel + i) * keyStride + column, rows, i * headDim, headDim, workspace);
        }
        int at = (head * wholeKeys + panel) * headDim;
        for (int d = 0; d < headDim; d++) {
          for (int i = 0; i < panelWidth; i++) {
            keyPanels[at++] = rows[i * headDim + d];
          }
        }
      }
    }

    private void packValues(int head, int block, Workspace workspace) {
      int first = block * KEYS_OF_PACKING_TASK;
      int end = Math.min(keys, first + KEYS_OF_PACKING_TASK);
      long column = (long) (firstHead + head) * headDim;
      float[] row = workspace.floats(Piece.LEFT, wholeDim);
      for (int key = first; key < end; key++) {
        v.load(key * valueStride + column, row, 0, headDim, workspace);
        for (int d = 0; d < headDim; d += panelWidth) {
          int at = head * keys * wholeDim + d * keys + key * panelWidth;
          System.arraycopy(row, d, valuePanels, at, panelWidth);
        }
      }
    }

    /** One block of queries of a head of the group. */
    private void attend(int head, int firstQuery, Workspace workspace) {
      int height = Math.min(blockQueries, queries - firstQuery);
      int wholeHeight = gemm.wholeRows(height);
      float[] rows = workspace.floats(Piece.LEFT, wholeHeight * headDim);
      float[] scores = workspace.floats(Piece.SCORES, wholeHeight * blockKeys);
      float[] sums = workspace.floats(Piece.RESULT, wholeHeight * wholeDim);
      float[] maxima = workspace.floats(Piece.FIRST_VECTOR, height);
      float[] totals = workspace.floats(Piece.SECOND_VECTOR, height);
      loadQueries(rows, firstHead + head, firstQuery, height, workspace);
      Arrays.fill(sums, 0, wholeHeight * wholeDim, 0);
      Arrays.fill(maxima, 0, height, Float.NEGATIVE_INFINITY);
      Arrays.fill(totals, 0, height, 0);

      for (int key = 0; key < keys; key += blockKeys) {
        int width = Math.min(blockKeys, keys - key);
        startScores(scores, firstHead + head, firstQuery, height, key, width, workspace);
        for (int panel = 0; panel < width; panel += panelWidth) {
          int at = (head * wholeKeys + key + panel) * headDim;
          gemm.multiplyRows(
              height, headDim, rows, 0, headDim, keyPanels, at, scores, panel, blockKeys);
        }
        for (int row = 0; row < height; row++) {
          int from = row * blockKeys;
          float before = maxima[row];
          float max = softmax(scores, from, width, before, totals, row);
          if (before > Float.NEGATIVE_INFINITY && max > before) {
            VectorMath.scale(sums, row * wholeDim, wholeDim, (float) Math.exp(before - max));
          }
          maxima[row] = max;
        }
        for (int d = 0; d < headDim; d += panelWidth) {
          int at = head * keys * wholeDim + d * keys + key * panelWidth;
          gemm.multiplyRows(
              height, width, scores, 0, blockKeys, valuePanels, at, sums, d, wholeDim);
        }
      }
      store(sums, totals, firstHead + head, firstQuery, height, workspace);
    }

    private void loadQueries(
        float[] rows, int head, int firstQuery, int height, Workspace workspace) {
      long column = (long) head * headDim;
      for (int row = 0; row < height; row++) {
        q.load((firstQuery + row) * queryStride + column, rows, row * headDim, headDim, workspace);
      }
      VectorMath.scale(rows, 0, height * headDim, scale);
    }

    /** Products are added to the bias. */
    private void startScores(
        float[] scores,
        int head,
        int firstQuery,
        int height,
        int key,
        int width,
        Workspace workspace) {
      if (bias == null) {
        Arrays.fill(scores, 0, height * blockKeys, 0);
        return;
      }
      for (int row = 0; row < height; row++) {
        long position = head * biasHeadStride + (firstQuery + row) * biasQueryStride + key;
        bias.load(position, scores, row * blockKeys, width, workspace);
      }
    }

    /**
     * Turns scores of a row into weights relative to the maximum so far, which it returns, and adds
     * them to the row's total.
     */
    private static float softmax(
        float[] scores, int from, int width, float before, float[] totals, int row) {
      int padded = Math.ceilDiv(width, Elements.LANES) * Elements.LANES;
      Arrays.fill(scores, from + width, from + padded, Float.NEGATIVE_INFINITY);
      float max = Math.max(before, VectorMath.max(scores, from, padded));
      if (max == Float.NEGATIVE_INFINITY) {
        // Nothing may be attended to so far, and infinity minus infinity is not 0.
        Arrays.fill(scores, from, from + padded, 0);
        return max;
      }
      VectorMath.exp(scores, from, padded, max);
      float total = VectorMath.sum(scores, from, padded);
      totals[row] = totals[row] * (float) Math.exp(before - max) + total;
      return max;
    }

    private void store(
        float[] sums, float[] totals, int head, int firstQuery, int height, Workspace workspace) {
      for (int row = 0; row < height; row++) {
        // A row without any key that may be attended to becomes 0 / 0, as in the definition.
        VectorMath.scale(sums, row * wholeDim, headDim, 1 / totals[row]);
        long position = ((long) (firstQuery + row) * heads + head) * headDim;
        out.store(position, sums, row * wholeDim, headDim, workspace);
      }
    }
  }
}
