// Weights that stay on the device as they are stored, into the slot that a product reads.
//
//   decode_codes   bytes: out[i] = number(codes[i]) * factors[i / row]; no factors are ones
//   decode_blocks  formats of ggml: out[i] = scale * (code - zero) - offset, with a scale and an
//                  offset for each group of neighbours, packed with the codes of a block
//
// Every operation rounds to float32 and none is fused with another: the numbers are those that the
// host decodes, to the bit. out is float or bf16. Global memory: each stored byte once, each element
// once to out. A thread takes eight neighbours at once where rows and addresses allow it; blocks
// always do.
//
// Grid: any number of blocks; a thread takes every so-many-th vector.
#include "elements.cuh"

// What a byte stands for; the order is that of the launcher.
enum Code { E4M3, E5M2, I8 };

// 16-bit floats, subnormal ones too: their exponent counts from 2^-14, that of float from 2^-126.
__device__ __forceinline__ float halfToFloat(uint32_t half) {
  uint32_t magnitude = (half & 0x7fff) << 13;
  uint32_t special = magnitude >= 0x0f800000 ? 0x7f800000 : 0;
  uint32_t value = __float_as_uint(__uint_as_float(magnitude) * 0x1p112f);
  return __uint_as_float(value | special | (half & 0x8000) << 16);
}

// No infinities, and one NaN of either sign.
__device__ __forceinline__ float e4m3ToFloat(uint32_t code) {
  uint32_t magnitude = (code & 0x7f) << 20;
  uint32_t special = magnitude == 0x07f00000 ? 0x7fc00000 : 0;
  uint32_t value = __float_as_uint(__uint_as_float(magnitude) * 0x1p120f);
  return __uint_as_float(value | special | (code & 0x80) << 24);
}

__device__ __forceinline__ float numberOf(uint32_t code, int format) {
  switch (format) {
    case E4M3: return e4m3ToFloat(code);
    case E5M2: return halfToFloat(code << 8);
    default: return static_cast<float>(static_cast<int8_t>(code));
  }
}

template <int N>
__device__ __forceinline__ void decodeRun(
    void* out,
    int outBf16,
    const uint8_t* codes,
    int format,
    const float* factors,
    long long row,
    long long count) {
  for (long long i = globalThread() * N; i < count; i += globalThreads() * N) {
    float factor = factors == nullptr ? 1.0f : factors[i / row];
    uint2 eight;
    if constexpr (N == VECTOR) {
      eight = *reinterpret_cast<const uint2*>(codes + i);
    } else {
      eight.x = codes[i];
    }
    float values[N];
#pragma unroll
    for (int k = 0; k < N; k++) {
      uint32_t four = k < 4 ? eight.x : eight.y;
      values[k] = __fmul_rn(numberOf(four >> 8 * (k % 4) & 0xff, format), factor);
    }
    storeVector<N>(out, i, outBf16, values);
  }
}

extern "C" __global__ void __launch_bounds__(256) decode_codes(
    void* out,
    int outBf16,
    const uint8_t* codes,
    int format,
    const float* factors,
    long long row,
    long long count) {
  if (row % VECTOR == 0 && aligned(out) && reinterpret_cast<uintptr_t>(codes) % VECTOR == 0) {
    decodeRun<VECTOR>(out, outBf16, codes, format, factors, row, count);
  } else {
    decodeRun<1>(out, outBf16, codes, format, factors, row, count);
  }
}

// One in each byte of a word.
constexpr unsigned long long ONES = 0x0101010101010101;

// Bits of all codes of a block: a run of bytes holds several runs of as many neighbours, the first of
// them in its lowest bits. Sizes are powers of two, of which these are the exponents.
struct Plane {
  long long at;
  long long bits;
  long long run;
  long long left;

  // The bits of eight neighbours, a byte for each.
  __device__ __forceinline__ unsigned long long of(const uint8_t* block, int first) const {
    const uint8_t* in = block + at;
    if (run == 0) {
      // A byte has one bit of each: to its place, and from there into the lowest one.
      unsigned long long spread = in[first / 8] * ONES & 0x8040201008040201;
      return (spread + 0x7f7f7f7f7f7f7f7f >> 7 & ONES) << left;
    }
    int span = static_cast<int>(run + 3 - bits);
    int within = first & (1 << span) - 1;
    in += (first >> span << run) + (within & (1 << run) - 1);
    unsigned long long eight = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      // Blocks are no multiples of larger words.
      unsigned long long two = reinterpret_cast<const uint16_t*>(in)[i];
      eight |= two << 16 * i;
    }
    unsigned long long mask = ((1 << (1 << bits)) - 1) * ONES;
    unsigned long long sign = bits == 3 ? 0x80 * ONES : 0;
    return ((eight >> (within >> run << bits) & mask) << left) ^ sign;
  }
};

// How scales and offsets of groups are packed; the order is that of the launcher.
enum Scales { SCALE, SCALE_AND_LEAST, NIBBLES, SIX_BITS, SIX_BIT_PAIRS, BYTES, SPLIT_SIX_BITS };

struct Group {
  float scale;
  float offset = 0;

  __device__ __forceinline__ static float half(const uint8_t* at) {
    return halfToFloat(*reinterpret_cast<const uint16_t*>(at));
  }

  __device__ __forceinline__ Group(const uint8_t* in, int scales, int i) {
    switch (scales) {
      case SCALE:
        scale = half(in);
        break;
      case SCALE_AND_LEAST:
        scale = half(in);
        offset = -half(in + 2);
        break;
      case NIBBLES:
        scale = __fmul_rn(half(in + 80), in[i] & 0xf);
        offset = __fmul_rn(half(in + 82), in[i] >> 4);
        break;
      case SIX_BITS: {
        int code = (in[96 + i % 8] >> 4 * (i / 8) & 0xf) | (in[104 + i % 4] >> 2 * (i / 4) & 3) << 4;
        scale = __fmul_rn(half(in + 108), code - 32);
        break;
      }
      case SIX_BIT_PAIRS: {
        int first = in[4 + i % 4];
        int firstOffset = in[8 + i % 4];
        int rest = in[12 + i % 4];
        scale = __fmul_rn(half(in), i < 4 ? first & 0x3f : (rest & 0xf) | (first >> 2 & 0x30));
        offset = __fmul_rn(
            half(in + 2), i < 4 ? firstOffset & 0x3f : rest >> 4 | (firstOffset >> 2 & 0x30));
        break;
      }
      case BYTES:
        scale = __fmul_rn(half(in + 208), static_cast<int8_t>(in[192 + i]));
        break;
      default: {
        int high = *reinterpret_cast<const uint16_t*>(in + 2);
        int code = (in[4 + i / 2] >> 4 * (i % 2) & 0xf) | (high >> 2 * i & 3) << 4;
        scale = __fmul_rn(half(in), code - 32);
      }
    }
  }
};

// As the launcher passes it: 64-bit integers, in this order. Blocks and groups have powers of two
// elements, of which these are the exponents.
struct BlockLayout {
  long long block;
  long long bytes;
  long long group;
  long long zero;
  long long uneven;
  long long scales;
  long long planes;
  Plane plane[2];
};

// What the codes of IQ4 formats stand for: -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, ...
__device__ __forceinline__ int unevenNumber(int code) {
  unsigned long long eight = code < 8 ? 0xf6eaddcfbfad9881 : 0x7159453526190d01;
  return static_cast<int8_t>(eight >> 8 * (code & 7));
}

extern "C" __global__ void __launch_bounds__(256) decode_blocks(
    void* out, int outBf16, const uint8_t* blocks, BlockLayout layout, long long count) {
  for (long long i = globalThread() * VECTOR; i < count; i += globalThreads() * VECTOR) {
    const uint8_t* block = blocks + (i >> layout.block) * layout.bytes;
    int first = static_cast<int>(i & (1 << layout.block) - 1);
    unsigned long long codes = layout.plane[0].of(block, first);
    if (layout.planes > 1) {
      codes |= layout.plane[1].of(block, first);
    }
    Group group(block, static_cast<int>(layout.scales), first >> layout.group);
    float values[VECTOR];
#pragma unroll
    for (int k = 0; k < VECTOR; k++) {
      int code = static_cast<int>(codes >> 8 * k & 0xff);
      int number = layout.uneven ? unevenNumber(code) : code - static_cast<int>(layout.zero);
      values[k] = __fsub_rn(__fmul_rn(group.scale, number), group.offset);
    }
    storeVector<VECTOR>(out, i, outBf16, values);
  }
}
