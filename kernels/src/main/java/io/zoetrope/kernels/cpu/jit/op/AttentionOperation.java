package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.kernel.ConvertRows;
import io.zoetrope.kernels.cpu.jit.kernel.FinishRows;
import io.zoetrope.kernels.cpu.jit.kernel.SoftmaxRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Attention;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Attention without a matrix of all scores: blocks of queries against blocks of keys with a running
 * maximum and sum (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022). Keys and values
 * are packed once for each head; queries are read in place where their dtype allows it.
 */
public final class AttentionOperation {
  private static final int QUERIES = 96;

  /** Elements of a block of keys (and of its values): both and the scores share the L2 cache. */
  private static final int KEY_BLOCK_ELEMENTS = 32 << 10;

  private static final int MOST_KEYS = 512;

  private final Products products;

  /** Makes the operation on top of products of blocks. */
  public AttentionOperation(Products products) {
    this.products = products;
  }

  /** Computes an attention. */
  public void run(Attention op) {
    Call call = new Call(op);
    call.run();
    call.out.copyBack(op.out());
    Reference.reachabilityFence(call);
  }

  /** Bytes of packed keys and values, beside which what each thread has is small. */
  public long workspaceBytes(Attention op) {
    AttentionPanels panels = AttentionPanels.of(products, op);
    return panels.groupKeyBytes() + panels.groupValueBytes();
  }

  /** One call; its fields are what all tasks share. */
  private final class Call {
    private final InstructionSet set = products.set();
    private final int heads;
    private final int headDim;
    private final int queries;
    private final int keys;
    private final float scale;
    private final NativeView q;
    private final NativeView out;
    private final NativeView bias;
    private final long queryPitch;
    private final long biasHeadStride;
    private final long biasQueryStride;

    private final AttentionPanels panels;
    private final AttentionPacker packer;
    private final int panelWidth = products.panelWidth();
    private final int blockKeys;
    private final int blockQueries;
    private final int queryBlocks;
    private int firstHead;

    Call(Attention op) {
      Tensor bias = op.bias();
      this.heads = op.heads();
      this.headDim = op.q().intSize(1) / heads;
      this.queries = op.q().intSize(0);
      this.keys = op.k().intSize(0);
      this.scale = op.scale();
      this.q = NativeView.of(op.q());
      this.out = NativeView.of(op.out());
      this.bias = NativeView.ofNullable(bias);
      queryPitch = op.q().stride(0) * op.q().dtype().bytes();
      biasQueryStride = bias == null || bias.size(1) == 1 ? 0 : keys;
      biasHeadStride = bias == null || bias.size(0) == 1 ? 0 : bias.size(1) * keys;
      panels = AttentionPanels.of(products, op);
      packer = new AttentionPacker(products, panels, op.k(), op.v());
      int most = Math.clamp(KEY_BLOCK_ELEMENTS / headDim, 1, MOST_KEYS);
      blockKeys = products.panels(Math.min(keys, most)) * panelWidth;
      int tasks = Math.max(1, 2 * products.pool().threads() / heads);
      int share = Math.ceilDiv(queries, Math.max(Math.ceilDiv(queries, QUERIES), tasks));
      blockQueries = Math.max(1, share);
      queryBlocks = Math.ceilDiv(queries, blockQueries);
    }

    void run() {
      for (firstHead = 0; firstHead < heads; firstHead += panels.groupHeads()) {
        int group = Math.min(panels.groupHeads(), heads - firstHead);
        packer.pack(firstHead, group);
        products
            .pool()
            .run(
                group * queryBlocks,
                (task, workspace) ->
                    attend(task / queryBlocks, task % queryBlocks * blockQueries, workspace));
      }
    }

    /** Byte offset of a head's first column in a row of q, k or v. */
    private long column(int head) {
      return (long) (firstHead + head) * headDim * q.dtype().bytes();
    }

    /** One block of queries of a head of the group. */
    private void attend(int head, int firstQuery, NativeWorkspace workspace) {
      int height = Math.min(blockQueries, queries - firstQuery);
      long scorePitch = (long) blockKeys * Float.BYTES;
      long weightPitch = (long) blockKeys * panels.valueOperands().elementBytes();
      long sumPitch = (long) panels.valuePanels() * panelWidth * Float.BYTES;
      long scores = workspace.piece(Piece.SCORES, height * scorePitch).address();
      long weights =
          panels.valueOperands() == ProductOperands.FLOATS
              ? scores
              : workspace.piece(Piece.WEIGHTS, height * weightPitch).address();
      MemorySegment sums = workspace.piece(Piece.RESULT, height * sumPitch);
      long vectorBytes = (long) height * Float.BYTES;
      MemorySegment largest = workspace.piece(Piece.FIRST_VECTOR, vectorBytes);
      MemorySegment totals = workspace.piece(Piece.SECOND_VECTOR, vectorBytes);
      products.fill(
          workspace, sums.address(), sumPitch, height, panels.valuePanels() * panelWidth, 0);
      products.fill(workspace, largest.address(), 0, 1, height, Float.NEGATIVE_INFINITY);
      products.fill(workspace, totals.address(), 0, 1, height, 0);
      long rowPitch = queryPitch;
      long rows = q.address() + firstQuery * queryPitch + column(head);
      if (q.dtype().bytes() != panels.scoreOperands().elementBytes()) {
        rowPitch = (long) headDim * Float.BYTES;
        long copy = workspace.piece(Piece.LEFT, height * rowPitch).address();
        workspace
            .call(products.kernels().get(new ConvertRows(set, q.dtype(), DType.F32)))
            .set(ConvertRows.SOURCE, rows, queryPitch)
            .set(ConvertRows.DESTINATION, copy, rowPitch)
            .set(ConvertRows.ROWS, height)
            .set(ConvertRows.COLUMNS, headDim)
            .run();
        rows = copy;
      }
      GeneratedFunction<SoftmaxRows> softmax =
          products
              .kernels()
              .get(
                  new SoftmaxRows(
                      set,
                      bias != null,
                      panels.valueOperands() == ProductOperands.HALVES ? DType.BF16 : DType.F32));
      long offset = Products.noOffset(workspace);
      for (int key = 0; key < keys; key += blockKeys) {
        int width = Math.min(blockKeys, keys - key);
        int wholeWidth = Math.min(blockKeys, panels.wholeKeys() - key);
        products.multiply(
            workspace,
            panels.scoreOperands(),
            new Products.Place(
                rows,
                rowPitch,
                packer.keyPanel(head, key),
                panels.keyPanelBytes(),
                scores,
                scorePitch),
            offset,
            1,
            headDim / panels.scoreOperands().elementsOfStep(),
            height,
            products.panels(width),
            false);
        var call =
            workspace
                .call(softmax)
                .set(SoftmaxRows.PRODUCTS, scores, scorePitch)
                .set(SoftmaxRows.ROWS, height)
                .set(SoftmaxRows.WIDTH, width)
                .setFloat(SoftmaxRows.SCALE, scale)
                .set(SoftmaxRows.LARGEST, largest.address())
                .set(SoftmaxRows.TOTALS, totals.address())
                .set(SoftmaxRows.SUMS, sums.address(), sumPitch)
                .set(SoftmaxRows.SUM_COLUMNS, headDim)
                .set(SoftmaxRows.WEIGHTS, weights, weightPitch)
                .set(SoftmaxRows.PADDED_WIDTH, wholeWidth);
        if (bias != null) {
          long first = biasAt(firstHead + head, firstQuery, key);
          call.set(SoftmaxRows.BIAS, first, biasQueryStride * Float.BYTES);
        }
        call.run();
        products.multiply(
            workspace,
            panels.valueOperands(),
            new Products.Place(
                weights,
                weightPitch,
                packer.valuePanel(head, 0, key),
                panels.valuePanelBytes(),
                sums.address(),
                sumPitch),
            offset,
            1,
            wholeWidth / panels.valueOperands().elementsOfStep(),
            height,
            panels.valuePanels(),
            true);
      }
      long first = ((long) firstQuery * heads + firstHead + head) * headDim;
      workspace
          .call(products.kernels().get(new FinishRows(set, out.dtype())))
          .set(FinishRows.SUMS, sums.address(), sumPitch)
          .set(FinishRows.TOTALS, totals.address())
          .set(FinishRows.OUT, out.at(first), (long) heads * headDim * out.dtype().bytes())
          .set(FinishRows.ROWS, height)
          .set(FinishRows.COLUMNS, headDim)
          .run();
    }

    private long biasAt(int head, int query, int key) {
      return bias.at(head * biasHeadStride + query * biasQueryStride + key);
    }
  }
}
