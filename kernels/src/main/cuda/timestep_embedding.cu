// Sines and cosines of timesteps.
//
// out is float, [rows, channels]; timesteps is float, [rows], of magnitude below 2^20. With half =
// channels / 2, frequency k is exp(-log(10000) * k / (half - shift)); out has the sines of timestep
// * frequency in its first half and the cosines in its second, or the other way round (flip); of an
// odd number of channels the last is zero. Exponent, frequency and angle are rounded to float32 one
// by one, as in the definition; what follows is float64, so that a result is right to its last bit.
// Global memory: out once.
//
// Grid: any number of blocks; a thread takes every so-many-th frequency of a row, and computes both
// of its functions.
#include "elements.cuh"

constexpr float LOG_MAX_PERIOD = 9.210340371976184f;
constexpr double TWO_OVER_PI = 0.63661977236758134;
// Pi / 2 in two parts.
constexpr double HALF_PI = 1.5707963267948966;
constexpr double HALF_PI_REST = 6.123233995736766e-17;

// Sine and cosine of an angle that quarter turns bring between -pi/4 and pi/4: Taylor series, whose
// first terms left out are below 2e-14 there.
__device__ __forceinline__ void sineAndCosine(double angle, double& sine, double& cosine) {
  double quarters = rint(angle * TWO_OVER_PI);
  double x = fma(-quarters, HALF_PI_REST, fma(-quarters, HALF_PI, angle));
  double square = x * x;
  double odd = 1.0 / 6227020800.0;
  odd = fma(odd, square, -1.0 / 39916800.0);
  odd = fma(odd, square, 1.0 / 362880.0);
  odd = fma(odd, square, -1.0 / 5040.0);
  odd = fma(odd, square, 1.0 / 120.0);
  odd = fma(odd, square, -1.0 / 6.0);
  odd = fma(odd * square, x, x);
  double even = -1.0 / 87178291200.0;
  even = fma(even, square, 1.0 / 479001600.0);
  even = fma(even, square, -1.0 / 3628800.0);
  even = fma(even, square, 1.0 / 40320.0);
  even = fma(even, square, -1.0 / 720.0);
  even = fma(even, square, 1.0 / 24.0);
  even = fma(even, square, -0.5);
  even = fma(even, square, 1.0);
  int turns = static_cast<int>(quarters) & 3;
  sine = turns & 1 ? even : odd;
  cosine = turns & 1 ? odd : even;
  sine = turns & 2 ? -sine : sine;
  cosine = turns == 1 || turns == 2 ? -cosine : cosine;
}

extern "C" __global__ void __launch_bounds__(256) timestep_embedding(
    float* out, const float* timesteps, long long rows, int channels, int flip, float shift) {
  int half = channels / 2;
  int columns = half + (channels & 1);
  for (long long i = globalThread(); i < rows * columns; i += globalThreads()) {
    long long row = i / columns;
    int k = static_cast<int>(i - row * columns);
    float* to = out + row * channels;
    if (k == half) {
      to[channels - 1] = 0.0f;
      continue;
    }
    float exponent = __fdiv_rn(__fmul_rn(LOG_MAX_PERIOD, k), half - shift);
    float frequency = static_cast<float>(exp(-static_cast<double>(exponent)));
    float angle = __fmul_rn(timesteps[row], frequency);
    double sine;
    double cosine;
    sineAndCosine(angle, sine, cosine);
    to[k] = static_cast<float>(flip ? cosine : sine);
    to[half + k] = static_cast<float>(flip ? sine : cosine);
  }
}
