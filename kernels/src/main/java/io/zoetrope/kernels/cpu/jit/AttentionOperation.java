package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.jit.NativeWorkspace.Piece;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Attention without a matrix of all scores: blocks of queries against blocks of keys with a running
 * maximum and sum (Milakov and Gimelshein, 2018; Dao et al., FlashAttention, 2022). Keys and values
 * are packed once for each head; queries are read in place where their dtype allows it.
 */
final class AttentionOperation {
  private static final int QUERIES = 96;

  /** Elements of a block of keys (and of its values): both and the scores share the L2 cache. */
  private static final int KEY_BLOCK_ELEMENTS = 32 << 10;

  private static final int MOST_KEYS = 512;

  /** Bytes of keys packed at a time: as many heads as fit, at least one. */
  private static final long PACKED_BYTES = 16 << 20;

  private static final int KEYS_OF_PACKING_TASK = 256;

  private final Products products;

  AttentionOperation(Products products) {
    this.products = products;
  }

  void run(Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    Call call = new Call(out, q, k, v, heads, scale, bias);
    call.run();
    call.out.copyBack(out);
    Reference.reachabilityFence(call);
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
    private final NativeView k;
    private final NativeView v;
    private final NativeView out;
    private final NativeView bias;
    private final long queryPitch;
    private final long keyPitch;
    private final long valuePitch;
    private final long biasHeadStride;
    private final long biasQueryStride;

    /** What queries and keys, and what weights and values are multiplied as. */
    private final ProductOperands scoreOperands;

    private final ProductOperands valueOperands;
    private final int stepBytes;
    private final int panelWidth = products.panelWidth();
    private final int keyPanels;
    private final int valuePanels;

    /** Keys with those that fill up the last step of the matrix unit. */
    private final int wholeKeys;

    private final long keyPanelBytes;
    private final long valuePanelBytes;
    private final int blockKeys;
    private final int blockQueries;
    private final int queryBlocks;
    private final int groupHeads;
    private final MemorySegment packedKeys;
    private final MemorySegment packedValues;
    private int firstHead;

    Call(Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
      this.heads = heads;
      this.headDim = q.intSize(1) / heads;
      this.queries = q.intSize(0);
      this.keys = k.intSize(0);
      this.scale = scale;
      this.q = NativeView.of(q);
      this.k = NativeView.of(k);
      this.v = NativeView.of(v);
      this.out = NativeView.of(out);
      this.bias = NativeView.ofNullable(bias);
      int bytes = q.dtype().bytes();
      queryPitch = q.stride(0) * bytes;
      keyPitch = k.stride(0) * bytes;
      valuePitch = v.stride(0) * bytes;
      biasQueryStride = bias == null || bias.size(1) == 1 ? 0 : keys;
      biasHeadStride = bias == null || bias.size(0) == 1 ? 0 : bias.size(1) * keys;

      boolean halves = q.dtype() == DType.BF16 && set.multipliesHalves();
      valueOperands = halves ? ProductOperands.HALVES : ProductOperands.FLOATS;
      scoreOperands =
          halves && headDim % ProductOperands.HALVES.elementsOfStep() == 0
              ? ProductOperands.HALVES
              : ProductOperands.FLOATS;
      stepBytes = 2 * set.vectorBytes();
      int granule = halves ? BlockProduct.TILE_STEPS * ProductOperands.HALVES.elementsOfStep() : 1;
      wholeKeys = Math.ceilDiv(keys, granule) * granule;
      keyPanels = products.panels(keys);
      valuePanels = products.panels(headDim);
      keyPanelBytes = (long) headDim / scoreOperands.elementsOfStep() * stepBytes;
      valuePanelBytes = (long) wholeKeys / valueOperands.elementsOfStep() * stepBytes;
      int most = Math.clamp(KEY_BLOCK_ELEMENTS / headDim, 1, MOST_KEYS);
      blockKeys = products.panels(Math.min(keys, most)) * panelWidth;
      int tasks = Math.max(1, 2 * products.pool().threads() / heads);
      int share = Math.ceilDiv(queries, Math.max(Math.ceilDiv(queries, QUERIES), tasks));
      blockQueries = Math.max(1, share);
      queryBlocks = Math.ceilDiv(queries, blockQueries);
      long packed = Math.max(keyPanels * keyPanelBytes, valuePanels * valuePanelBytes);
      groupHeads = Math.clamp(PACKED_BYTES / packed, 1, heads);
      NativeWorkspace workspace = products.pool().workspace();
      packedKeys = workspace.piece(Piece.KEYS, groupHeads * keyPanels * keyPanelBytes);
      packedValues = workspace.piece(Piece.VALUES, groupHeads * valuePanels * valuePanelBytes);
    }

    void run() {
      int keyBlocks = Math.ceilDiv(keys, KEYS_OF_PACKING_TASK);
      for (firstHead = 0; firstHead < heads; firstHead += groupHeads) {
        int group = Math.min(groupHeads, heads - firstHead);
        products
            .pool()
            .run(
                group * keyBlocks,
                (task, workspace) -> {
                  packKeys(task / keyBlocks, task % keyBlocks, workspace);
                  packValues(task / keyBlocks, task % keyBlocks, workspace);
                });
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

    /** Transposes a block of keys of a head of the group, panel by panel. */
    private void packKeys(int head, int block, NativeWorkspace workspace) {
      int first = block * KEYS_OF_PACKING_TASK;
      int end = Math.min(keys, first + KEYS_OF_PACKING_TASK);
      int elementsOfStep = scoreOperands.elementsOfStep();
      PackPanel.Lane lane =
          k.dtype() == DType.BF16 && scoreOperands == ProductOperands.FLOATS
              ? PackPanel.Lane.WIDENED
              : PackPanel.Lane.SAME;
      for (int key = first; key < end; key += panelWidth) {
        workspace.call(
            products.kernels().get(new PackPanel(lane)),
            k.address() + key * keyPitch + column(head),
            keyPitch,
            (long) elementsOfStep * k.dtype().bytes(),
            keyPanel(head, key),
            stepBytes,
            Math.min(panelWidth, end - key),
            headDim / elementsOfStep);
      }
    }

    private long keyPanel(int head, int key) {
      return packedKeys.address() + ((long) head * keyPanels + key / panelWidth) * keyPanelBytes;
    }

    private void packValues(int head, int block, NativeWorkspace workspace) {
      int first = block * KEYS_OF_PACKING_TASK;
      int end = Math.min(keys, first + KEYS_OF_PACKING_TASK);
      for (int d = 0; d < headDim; d += panelWidth) {
        int width = Math.min(panelWidth, headDim - d);
        long from = v.address() + first * valuePitch + column(head) + (long) d * v.dtype().bytes();
        long to = valuePanel(head, d, first);
        if (valueOperands == ProductOperands.FLOATS) {
          workspace.call(
              products.kernels().get(new ConvertRows(set, v.dtype(), DType.F32)),
              from,
              valuePitch,
              to,
              stepBytes,
              end - first,
              width);
        } else {
          packValuePairs(from, to, end - first, width, workspace);
        }
        if (end == keys) {
          clearValuesBehindLastKey(head, d, workspace);
        }
      }
    }

    /** Two neighbouring keys share a lane; behind the last key follow keys of zeros. */
    private void packValuePairs(
        long from, long to, int count, int width, NativeWorkspace workspace) {
      int pairs = count / 2;
      if (pairs > 0) {
        workspace.call(
            products.kernels().get(new PackPanel(PackPanel.Lane.PAIR)),
            from,
            v.dtype().bytes(),
            2 * valuePitch,
            to,
            stepBytes,
            width,
            pairs,
            valuePitch);
      }
      if (count % 2 == 1) {
        workspace.call(
            products.kernels().get(new PackPanel(PackPanel.Lane.ALONE)),
            from + (count - 1) * valuePitch,
            v.dtype().bytes(),
            0,
            to + (long) pairs * stepBytes,
            stepBytes,
            width,
            1);
      }
    }

    /** What weights of zero are multiplied with must be finite. */
    private void clearValuesBehindLastKey(int head, int d, NativeWorkspace workspace) {
      int elementsOfStep = valueOperands.elementsOfStep();
      int rest = (wholeKeys - Math.ceilDiv(keys, elementsOfStep) * elementsOfStep) / elementsOfStep;
      if (rest > 0) {
        long from = valuePanel(head, d, wholeKeys) - (long) rest * stepBytes;
        fill(workspace, from, stepBytes, rest, panelWidth, 0);
      }
    }

    private long valuePanel(int head, int d, int key) {
      return packedValues.address()
          + ((long) head * valuePanels + d / panelWidth) * valuePanelBytes
          + (long) key / valueOperands.elementsOfStep() * stepBytes;
    }

    /** One block of queries of a head of the group. */
    private void attend(int head, int firstQuery, NativeWorkspace workspace) {
      int height = Math.min(blockQueries, queries - firstQuery);
      long scorePitch = (long) blockKeys * Float.BYTES;
      long weightPitch = (long) blockKeys * valueOperands.elementBytes();
      long sumPitch = (long) valuePanels * panelWidth * Float.BYTES;
      long scores = workspace.piece(Piece.SCORES, height * scorePitch).address();
      long weights =
          valueOperands == ProductOperands.FLOATS
              ? scores
              : workspace.piece(Piece.WEIGHTS, height * weightPitch).address();
      MemorySegment sums = workspace.piece(Piece.RESULT, height * sumPitch);
      long vectorBytes = (long) height * Float.BYTES;
      MemorySegment largest = workspace.piece(Piece.FIRST_VECTOR, vectorBytes);
      MemorySegment totals = workspace.piece(Piece.SECOND_VECTOR, vectorBytes);
      fill(workspace, sums.address(), sumPitch, height, valuePanels * panelWidth, 0);
      fill(workspace, largest.address(), 0, 1, height, Float.NEGATIVE_INFINITY);
      fill(workspace, totals.address(), 0, 1, height, 0);
      long rowPitch = queryPitch;
      long rows = q.address() + firstQuery * queryPitch + column(head);
      if (q.dtype().bytes() != scoreOperands.elementBytes()) {
        rowPitch = (long) headDim * Float.BYTES;
        long copy = workspace.piece(Piece.LEFT, height * rowPitch).address();
        workspace.call(
            products.kernels().get(new ConvertRows(set, q.dtype(), DType.F32)),
            rows,
            queryPitch,
            copy,
            rowPitch,
            height,
            headDim);
        rows = copy;
      }
      MachineCode softmax =
          products
              .kernels()
              .get(
                  new SoftmaxRows(
                      set,
                      bias != null,
                      valueOperands == ProductOperands.HALVES ? DType.BF16 : DType.F32));
      long offset = Products.noOffset(workspace);
      for (int key = 0; key < keys; key += blockKeys) {
        int width = Math.min(blockKeys, keys - key);
        int wholeWidth = Math.min(blockKeys, wholeKeys - key);
        products.multiply(
            workspace,
            scoreOperands,
            new Products.Place(
                rows, rowPitch, keyPanel(head, key), keyPanelBytes, scores, scorePitch),
            offset,
            1,
            headDim / scoreOperands.elementsOfStep(),
            height,
            products.panels(width),
            false);
        workspace.call(
            softmax,
            scores,
            scorePitch,
            height,
            width,
            Float.floatToRawIntBits(scale) & 0xffffffffL,
            bias == null ? 0 : biasAt(firstHead + head, firstQuery, key),
            biasQueryStride * Float.BYTES,
            largest.address(),
            totals.address(),
            sums.address(),
            sumPitch,
            headDim,
            weights,
            weightPitch,
            wholeWidth);
        products.multiply(
            workspace,
            valueOperands,
            new Products.Place(
                weights,
                weightPitch,
                valuePanel(head, 0, key),
                valuePanelBytes,
                sums.address(),
                sumPitch),
            offset,
            1,
            wholeWidth / valueOperands.elementsOfStep(),
            height,
            valuePanels,
            true);
      }
      long first = ((long) firstQuery * heads + firstHead + head) * headDim;
      workspace.call(
          products.kernels().get(new FinishRows(set, out.dtype())),
          sums.address(),
          sumPitch,
          totals.address(),
          out.at(first),
          (long) heads * headDim * out.dtype().bytes(),
          height,
          headDim);
    }

    private long biasAt(int head, int query, int key) {
      return bias.at(head * biasHeadStride + query * biasQueryStride + key);
    }

    private void fill(
        NativeWorkspace workspace, long to, long pitch, int rows, int columns, float value) {
      workspace.call(
          products.kernels().get(new FillRows(set, DType.F32)),
          to,
          pitch,
          rows,
          columns,
          Float.floatToRawIntBits(value) & 0xffffffffL);
    }
  }
}
