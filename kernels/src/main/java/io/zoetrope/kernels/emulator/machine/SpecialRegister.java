package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.parser.PtxType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Predefined read-only registers (PTX ISA, "Special Registers"). */
enum SpecialRegister {
  TID_X,
  TID_Y,
  TID_Z,
  NTID_X,
  NTID_Y,
  NTID_Z,
  CTAID_X,
  CTAID_Y,
  CTAID_Z,
  NCTAID_X,
  NCTAID_Y,
  NCTAID_Z,
  LANEID,
  WARPID,
  NWARPID,
  LANEMASK_EQ,
  LANEMASK_LT,
  LANEMASK_LE,
  LANEMASK_GT,
  LANEMASK_GE,
  DYNAMIC_SMEM_SIZE,
  TOTAL_SMEM_SIZE,
  SMID,
  CLOCK,
  CLOCK64;

  /** The ones that change from block to block; all others are the same in each. */
  static final List<SpecialRegister> BLOCK_INDEX = List.of(CTAID_X, CTAID_Y, CTAID_Z);

  private static final Map<String, SpecialRegister> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(SpecialRegister::ptxName, r -> r));

  /** The register of this name, such as {@code %tid.x}; null for none. */
  static SpecialRegister named(String name) {
    return BY_NAME.get(name);
  }

  private String ptxName() {
    String lower = name().toLowerCase(Locale.ROOT);
    return "%" + (lower.matches(".*_[xyz]") ? lower.replace('_', '.') : lower);
  }

  PtxType type() {
    return this == CLOCK64 ? PtxType.U64 : PtxType.U32;
  }

  /**
   * Its value. The clocks stand still and every block runs on multiprocessor 0: no result may
   * depend on either.
   */
  int value(Launch launch, Dim3 block, int thread) {
    Dim3 threads = launch.grid().threads();
    Dim3 blocks = launch.grid().blocks();
    int lane = thread & 31;
    return switch (this) {
      case TID_X -> threads.at(thread).x();
      case TID_Y -> threads.at(thread).y();
      case TID_Z -> threads.at(thread).z();
      case NTID_X -> threads.x();
      case NTID_Y -> threads.y();
      case NTID_Z -> threads.z();
      case CTAID_X -> block.x();
      case CTAID_Y -> block.y();
      case CTAID_Z -> block.z();
      case NCTAID_X -> blocks.x();
      case NCTAID_Y -> blocks.y();
      case NCTAID_Z -> blocks.z();
      case LANEID -> lane;
      case WARPID -> thread >> 5;
      case NWARPID -> launch.warps();
      case LANEMASK_EQ -> 1 << lane;
      case LANEMASK_LT -> (1 << lane) - 1;
      case LANEMASK_LE -> (1 << lane) - 1 | 1 << lane;
      case LANEMASK_GT -> ~((1 << lane) - 1 | 1 << lane);
      case LANEMASK_GE -> ~((1 << lane) - 1);
      case DYNAMIC_SMEM_SIZE -> launch.dynamicSharedBytes();
      case TOTAL_SMEM_SIZE -> launch.sharedBytes();
      case SMID, CLOCK, CLOCK64 -> 0;
    };
  }
}
