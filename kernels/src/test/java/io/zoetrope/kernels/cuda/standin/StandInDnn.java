package io.zoetrope.kernels.cuda.standin;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * What cuDNN does, for the functions that we call: convolutions of channels-last bf16 video in the
 * order of a stream.
 */
final class StandInDnn {
  private static final int SUCCESS = 0;
  private static final int BAD_PARAMETER = 3;
  private static final int NOT_SUPPORTED = 9;
  private static final int NHWC = 1;
  private static final int BFLOAT16 = 9;
  private static final int DIMENSIONS = 5;
  private static final long WORKSPACE_BYTES = 4096;

  private final StandInDriver driver;
  private final Map<Long, int[]> descriptors = new HashMap<>();
  private long stream;
  private int version = 8906;

  StandInDnn(StandInDriver driver) {
    this.driver = driver;
  }

  /** Another version than 8.9.6, as cudnnGetVersion gives it. */
  void setVersion(int version) {
    this.version = version;
  }

  /** Handles and descriptors that were not given back. */
  int objects() {
    return descriptors.size();
  }

  int dispatch(NativeCall call) {
    switch (call.function()) {
      case "cudnnGetVersion" -> {
        return version;
      }
      case "cudnnCreate",
          "cudnnCreateTensorDescriptor",
          "cudnnCreateFilterDescriptor",
          "cudnnCreateConvolutionDescriptor" -> {
        long object = driver.newHandle();
        descriptors.put(object, new int[0]);
        call.putLong(0, object);
      }
      case "cudnnDestroy",
          "cudnnDestroyTensorDescriptor",
          "cudnnDestroyFilterDescriptor",
          "cudnnDestroyConvolutionDescriptor" -> {
        return descriptors.remove(call.longAt(0)) == null ? BAD_PARAMETER : SUCCESS;
      }
      case "cudnnSetStream" -> stream = driver.requireContext().requireStream(call.longAt(1));
      case "cudnnSetTensorNdDescriptorEx" -> {
        return describe(call, call.intAt(2), call.intAt(1));
      }
      case "cudnnSetFilterNdDescriptor" -> {
        return describe(call, call.intAt(1), call.intAt(2));
      }
      case "cudnnSetConvolutionNdDescriptor" -> {
        int[] values = Arrays.copyOf(call.intsAt(2, 3), 6);
        System.arraycopy(call.intsAt(3, 3), 0, values, 3, 3);
        descriptors.put(call.longAt(0), values);
      }
      case "cudnnSetConvolutionMathType" -> {
        return SUCCESS;
      }
      case "cudnnGetConvolutionForwardWorkspaceSize" -> call.putLong(6, WORKSPACE_BYTES);
      case "cudnnConvolutionForward" -> {
        return convolve(call);
      }
      default -> {
        return NOT_SUPPORTED;
      }
    }
    return SUCCESS;
  }

  private int describe(NativeCall call, int type, int format) {
    if (type != BFLOAT16 || format != NHWC || call.intAt(3) != DIMENSIONS) {
      return NOT_SUPPORTED;
    }
    descriptors.put(call.longAt(0), call.intsAt(4, DIMENSIONS));
    return SUCCESS;
  }

  private int convolve(NativeCall call) {
    int[] in = descriptors.get(call.longAt(2));
    int[] filter = descriptors.get(call.longAt(4));
    int[] geometry = descriptors.get(call.longAt(6));
    int[] out = descriptors.get(call.longAt(11));
    if (call.longAt(9) < WORKSPACE_BYTES || call.longAt(8) == 0 || geometry[0] != 0) {
      return BAD_PARAMETER;
    }
    StandInContext context = driver.requireContext();
    context
        .streams()
        .add(
            stream,
            () -> {
              Tensor x = read(context, call.longAt(3), in[2], in[3], in[4], in[1]);
              Tensor weight =
                  read(
                      context,
                      call.longAt(5),
                      filter[0],
                      (long) filter[2] * filter[3] * filter[4],
                      filter[1]);
              Tensor result = Tensor.zeros(DType.BF16, out[2], out[3], out[4], out[1]);
              try (var reference = new ReferenceBackend()) {
                Tensor taps =
                    Tensor.zeros(DType.BF16, filter[0], filter[1], filter[2], filter[3], filter[4]);
                reference.run(
                    new Copy(taps.reshape(filter[0], filter[1], -1), weight.permute(0, 2, 1)));
                reference.run(
                    new Convolution(
                        result,
                        x,
                        null,
                        taps,
                        null,
                        new ConvGeometry(
                            geometry[3],
                            geometry[4],
                            geometry[5],
                            0,
                            geometry[1],
                            geometry[1],
                            geometry[2],
                            geometry[2]),
                        null));
              }
              context.memory().write(call.longAt(12), result.segment());
            });
    return SUCCESS;
  }

  private static Tensor read(StandInContext context, long address, long... sizes) {
    Shape shape = Shape.of(sizes);
    MemorySegment bytes = MemorySegment.ofArray(new short[Math.toIntExact(shape.count())]);
    context.memory().read(address, bytes);
    return Tensor.contiguous(new HostStorage(bytes), 0, DType.BF16, shape, Lifetime.UNBOUNDED);
  }
}
