package io.zoetrope.kernels.cuda.standin;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Map;

/** What cuBLAS does, for the functions that we call: matrix products in the order of a stream. */
final class StandInBlas {
  private static final int SUCCESS = 0;
  private static final int INVALID_VALUE = 7;
  private static final int NOT_SUPPORTED = 15;
  private static final int TRANSPOSED = 1;

  /** cudaDataType. */
  private static final Map<Integer, DType> TYPES = Map.of(0, DType.F32, 14, DType.BF16);

  private final StandInDriver driver;
  private long stream;
  private int handles;
  private float falsification = 1;

  StandInBlas(StandInDriver driver) {
    this.driver = driver;
  }

  /** Lets every product be off by a factor. */
  void falsify(float factor) {
    falsification = factor;
  }

  /** Handles that were not given back. */
  int handles() {
    return handles;
  }

  int dispatch(NativeCall call) {
    switch (call.function()) {
      case "cublasCreate_v2" -> {
        handles++;
        call.putLong(0, driver.newHandle());
      }
      case "cublasDestroy_v2" -> handles--;
      case "cublasSetStream_v2" -> stream = driver.requireContext().requireStream(call.longAt(1));
      case "cublasGemmEx" -> {
        return multiply(call);
      }
      default -> {
        return NOT_SUPPORTED;
      }
    }
    return SUCCESS;
  }

  /** Column-major: c[m, n] = alpha op(a)[m, k] op(b)[k, n] + beta c. */
  private int multiply(NativeCall call) {
    boolean transposeA = call.intAt(1) == TRANSPOSED;
    boolean transposeB = call.intAt(2) == TRANSPOSED;
    int m = call.intAt(3);
    int n = call.intAt(4);
    int k = call.intAt(5);
    float alpha = falsification * call.floatBehind(6);
    float beta = call.floatBehind(13);
    int rowsOfA = call.intAt(9);
    int rowsOfB = call.intAt(12);
    int rowsOfC = call.intAt(16);
    if (beta != 0
        || rowsOfA < (transposeA ? k : m)
        || rowsOfB < (transposeB ? n : k)
        || rowsOfC < m) {
      return INVALID_VALUE;
    }
    DType typeOfC = TYPES.get(call.intAt(15));
    StandInContext context = driver.requireContext();
    context
        .streams()
        .add(
            stream,
            () -> {
              float[] a =
                  read(
                      context,
                      call.longAt(7),
                      call.intAt(8),
                      (long) rowsOfA * (transposeA ? m : k));
              float[] b =
                  read(
                      context,
                      call.longAt(10),
                      call.intAt(11),
                      (long) rowsOfB * (transposeB ? k : n));
              MemorySegment c = MemorySegment.ofArray(new byte[rowsOfC * n * typeOfC.bytes()]);
              for (int j = 0; j < n; j++) {
                for (int i = 0; i < m; i++) {
                  float sum = 0;
                  for (int p = 0; p < k; p++) {
                    sum +=
                        a[transposeA ? p + i * rowsOfA : i + p * rowsOfA]
                            * b[transposeB ? j + p * rowsOfB : p + j * rowsOfB];
                  }
                  Conversions.fromFloat(c, typeOfC, i + (long) j * rowsOfC, alpha * sum);
                }
              }
              context.memory().write(call.longAt(14), c);
            });
    return SUCCESS;
  }

  private static float[] read(StandInContext context, long address, int type, long count) {
    DType dtype = TYPES.get(type);
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) count * dtype.bytes()]);
    context.memory().read(address, bytes);
    float[] values = new float[(int) count];
    for (int i = 0; i < values.length; i++) {
      values[i] = Conversions.toFloat(bytes, dtype, i);
    }
    return values;
  }
}
