package io.zoetrope.kernels.emulator.report;

/** What kind of work an instruction is, as a profiler groups it. */
public enum InstructionClass {
  /** Integer and logic arithmetic. */
  INTEGER,
  /** Arithmetic in float32 and float64. */
  FLOAT,
  /** Special functions: reciprocals, roots, exponentials, sine, hyperbolic tangent. */
  SPECIAL,
  /** Conversions between types. */
  CONVERT,
  /** Moves, selections, packing, address conversions. */
  MOVE,
  /** Comparisons and predicate logic. */
  COMPARE,
  /** Branches, exits. */
  CONTROL,
  /** Loads from parameters and constants. */
  PARAMETER,
  /** Loads from global memory. */
  GLOBAL_LOAD,
  /** Stores to global memory. */
  GLOBAL_STORE,
  /** Loads from shared memory, {@code ldmatrix} included. */
  SHARED_LOAD,
  /** Stores to shared memory. */
  SHARED_STORE,
  /** Loads from local memory: spills and indexed arrays. */
  LOCAL_LOAD,
  /** Stores to local memory. */
  LOCAL_STORE,
  /** Loads and stores through generic addresses. */
  GENERIC,
  /** Asynchronous copies from global to shared memory, and their groups. */
  ASYNC_COPY,
  /** Atomic operations on any memory. */
  ATOMIC,
  /** Matrix products on tensor cores. */
  TENSOR,
  /** Shuffles and votes. */
  WARP,
  /** Barriers and fences. */
  BARRIER
}
