package io.zoetrope.kernels.cpu.jit.op;

import io.zoetrope.kernels.cpu.blocks.GroupMoments;
import io.zoetrope.kernels.cpu.blocks.GroupMoments.Affine;
import io.zoetrope.kernels.cpu.jit.asm.Call;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows.Combination;
import io.zoetrope.kernels.cpu.jit.kernel.GroupRows;
import io.zoetrope.kernels.cpu.jit.memory.NativeView;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace.Piece;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.stream.IntStream;

/** One group norm: a pass that measures blocks of positions, and one that changes them. */
final class GroupNormOperation {
  private final RowRunner runner;
  private final GroupNorm op;
  private final int channels;
  private final long vectorBytes;
  private final long rowBytes;
  private final GroupMoments moments;
  private final NativeView x;
  private final NativeView out;
  private final GeneratedFunction<CombineRows> add;
  private final GeneratedFunction<GroupRows> measure;
  private final GeneratedFunction<GroupRows> change;

  GroupNormOperation(RowRunner runner, GroupNorm op) {
    this.runner = runner;
    this.op = op;
    DType dtype = op.x().dtype();
    channels = op.x().intSize(-1);
    vectorBytes = (long) channels * Float.BYTES;
    rowBytes = (long) channels * dtype.bytes();
    moments = new GroupMoments(op, (int) (RowRunner.TASK_BYTES / dtype.bytes()));
    x = NativeView.of(op.x());
    out = NativeView.of(op.out());
    add = runner.function(new CombineRows(runner.set(), Combination.ADD, DType.F32, dtype));
    measure = runner.function(new GroupRows(runner.set(), dtype, true, Activation.NONE));
    change = runner.function(new GroupRows(runner.set(), dtype, false, op.activation()));
  }

  /** Runs with a weight and a bias for each channel. */
  void run(float[] weight, float[] bias) {
    runner.runEach(moments.blocks(), this::measure);
    Affine[] affine =
        IntStream.range(0, op.x().intSize(0))
            .mapToObj(sample -> moments.affine(sample, weight, bias))
            .toArray(Affine[]::new);
    runner.runEach(
        moments.blocks(),
        (block, workspace) -> change(block, affine[moments.sample(block)], workspace));
    out.copyBack(op.out());
    Reference.reachabilityFence(x);
    Reference.reachabilityFence(out);
  }

  private void measure(int block, NativeWorkspace workspace) {
    int rows = moments.rows(block);
    MemorySegment vectors = workspace.piece(Piece.SCRATCH, 3 * vectorBytes);
    vectors.asSlice(0, 3 * vectorBytes).fill((byte) 0);
    long centres = vectors.address();
    long from = x.at(moments.firstRow(block) * channels);
    workspace
        .call(add)
        .set(CombineRows.A, centres, 0)
        .set(CombineRows.B, from, rowBytes)
        .set(CombineRows.OUT, centres, 0)
        .set(CombineRows.ROWS, rows)
        .set(CombineRows.COLUMNS, channels)
        .run();
    for (int channel = 0; channel < channels; channel++) {
      float sum = vectors.getAtIndex(ValueLayout.JAVA_FLOAT, channel);
      vectors.setAtIndex(ValueLayout.JAVA_FLOAT, channel, sum / rows);
    }
    call(measure, block, vectors, from, workspace).run();
    for (int channel = 0; channel < channels; channel++) {
      float centre = vectors.getAtIndex(ValueLayout.JAVA_FLOAT, channel);
      float lack = vectors.getAtIndex(ValueLayout.JAVA_FLOAT, channels + channel);
      float square = vectors.getAtIndex(ValueLayout.JAVA_FLOAT, 2L * channels + channel);
      moments.put(block, channel, centre, lack, square);
    }
  }

  private void change(int block, Affine affine, NativeWorkspace workspace) {
    MemorySegment vectors = workspace.piece(Piece.SCRATCH, 3 * vectorBytes);
    put(affine.centres(), vectors, 0);
    put(affine.factors(), vectors, 1);
    put(affine.offsets(), vectors, 2);
    long first = moments.firstRow(block) * channels;
    call(change, block, vectors, x.at(first), workspace)
        .set(GroupRows.OUT, out.at(first), rowBytes)
        .run();
  }

  private void put(float[] values, MemorySegment vectors, int index) {
    MemorySegment.copy(values, 0, vectors, ValueLayout.JAVA_FLOAT, index * vectorBytes, channels);
  }

  private Call<GroupRows> call(
      GeneratedFunction<GroupRows> function,
      int block,
      MemorySegment vectors,
      long from,
      NativeWorkspace workspace) {
    return workspace
        .call(function)
        .set(GroupRows.X, from, rowBytes)
        .set(GroupRows.CENTRES, vectors.address())
        .set(GroupRows.FIRST, vectors.address() + vectorBytes)
        .set(GroupRows.SECOND, vectors.address() + 2 * vectorBytes)
        .set(GroupRows.ROWS, moments.rows(block))
        .set(GroupRows.COLUMNS, channels);
  }
}
