// Functions of the CUDA math library, which nvcc expands into long sequences of integer and
// floating-point instructions, branches, tables and local memory: a check of the emulator against
// Java's Math. Text with nvcc 13: nvcc -arch=compute_80 -ptx -O3 functions.cu

#define FUNCTION(name, expression)                                              \
  extern "C" __global__ void name(float* out, const float* in, int count) {     \
    int i = blockIdx.x * blockDim.x + threadIdx.x;                              \
    if (i < count) {                                                            \
      float x = in[i];                                                          \
      out[i] = (expression);                                                    \
    }                                                                           \
  }

FUNCTION(sine, sinf(x))
FUNCTION(exponential, expf(x))
FUNCTION(logarithm, logf(fabsf(x)))
FUNCTION(power, powf(fabsf(x), 1.3f))
FUNCTION(hyperbolic_tangent, tanhf(x))
FUNCTION(cube_root, cbrtf(x))
FUNCTION(remainder_of_pi, fmodf(x, 3.1415927f))
FUNCTION(double_exponential, (float)exp((double)x))

// Sum of a block by a tree in shared memory, then warp shuffles; one value per block.
extern "C" __global__ void block_sum(float* out, const float* in, int count) {
  __shared__ float partial[256];
  int thread = threadIdx.x;
  int i = blockIdx.x * 256 + thread;
  partial[thread] = i < count ? in[i] : 0.0f;
  __syncthreads();
  for (int half = 128; half >= 32; half /= 2) {
    if (thread < half) {
      partial[thread] += partial[thread + half];
    }
    __syncthreads();
  }
  if (thread < 32) {
    float sum = partial[thread];
    for (int step = 16; step > 0; step /= 2) {
      sum += __shfl_down_sync(0xffffffff, sum, step);
    }
    if (thread == 0) {
      out[blockIdx.x] = sum;
    }
  }
}
