// The instructions of Ampere and later that feed and drive the tensor cores, one function each.
// Layouts of fragments: PTX ISA, "Matrix Fragments for mma.m16n8k16" and "ldmatrix".
#pragma once
#include "elements.cuh"

// Shared memory by its 32-bit address, which is what the instructions below want.
__device__ __forceinline__ uint32_t sharedAddress(const void* pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

// Starts the copy of 16 bytes from global to shared memory; writes zeros if `wanted` is false.
__device__ __forceinline__ void copyChunk(uint32_t to, const void* from, bool wanted) {
  int bytes = wanted ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes));
}

// Closes the group of copies started since the last call; a group may be empty.
__device__ __forceinline__ void endCopyGroup() { asm volatile("cp.async.commit_group;"); }

// Waits until at most `PENDING` of this thread's latest groups are still under way.
template <int PENDING>
__device__ __forceinline__ void awaitCopyGroups() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING));
}

// Four 8x8 matrices of bf16; lane i gives the address of row i % 8 of matrix i / 8.
__device__ __forceinline__ void loadMatrices(uint32_t (&fragment)[4], uint32_t rowAddress) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(rowAddress));
}

// As loadMatrices, each matrix transposed.
__device__ __forceinline__ void loadTransposed(uint32_t (&fragment)[4], uint32_t rowAddress) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(fragment[0]), "=r"(fragment[1]), "=r"(fragment[2]), "=r"(fragment[3])
               : "r"(rowAddress));
}

// sums (16x8) += a (16x16) b (16x8). A lane holds rows lane / 4 and lane / 4 + 8 of the sums,
// columns 2 (lane % 4) and the next.
__device__ __forceinline__ void multiplyAdd(
    float (&sums)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Byte offset of a 16-byte chunk of a row-major tile. The chunks of a row are permuted so that the
// eight rows that ldmatrix reads at once lie in different banks.
template <int CHUNKS_PER_ROW>
__device__ __forceinline__ uint32_t chunkOffset(int row, int chunk) {
  static_assert(CHUNKS_PER_ROW == 4 || CHUNKS_PER_ROW % 8 == 0, "tile rows of 64 or n * 128 bytes");
  int permuted = chunk ^ (CHUNKS_PER_ROW == 4 ? (row >> 1) & 3 : row & 7);
  return static_cast<uint32_t>(row * CHUNKS_PER_ROW + permuted) * 16;
}

// Address for loadMatrices of the 16x16 block at (row, chunk) of a tile: fragment order of operand
// a, and, transposed, of operand b from a tile with one row for each step of the sum.
template <int CHUNKS_PER_ROW>
__device__ __forceinline__ uint32_t blockRow(int row, int chunk) {
  int lane = threadIdx.x % 32;
  return chunkOffset<CHUNKS_PER_ROW>(row + lane % 16, chunk + lane / 16);
}

// As blockRow in the fragment order of operand b from a tile with one row for each column of b.
template <int CHUNKS_PER_ROW>
__device__ __forceinline__ uint32_t blockColumn(int row, int chunk) {
  int lane = threadIdx.x % 32;
  return chunkOffset<CHUNKS_PER_ROW>(row + lane % 8 + lane / 16 * 8, chunk + lane / 8 % 2);
}
