package io.zoetrope.kernels.cpu.vector;

/** The definition of {@link GemmKernel} in plain loops; gives the same bits as the others. */
final class ReferenceGemmKernel implements GemmKernel {
  @Override
  public int rows() {
    return 6;
  }

  @Override
  public int columns() {
    return 2 * Elements.LANES;
  }

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public void multiply(
      int depth,
      float[] a,
      int aStart,
      int aStride,
      float[] b,
      int bStart,
      float[] c,
      int cStart,
      int cStride) {
    for (int row = 0; row < rows(); row++) {
      for (int column = 0; column < columns(); column++) {
        float sum = 0;
        for (int k = 0; k < depth; k++) {
          sum = Math.fma(a[aStart + row * aStride + k], b[bStart + k * columns() + column], sum);
        }
        c[cStart + row * cStride + column] += sum;
      }
    }
  }
}
