package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.checks.AccessMode;
import io.zoetrope.kernels.emulator.checks.BankConflicts;
import io.zoetrope.kernels.emulator.checks.SharedRaces;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;

/** A block's shared memory. Addresses are offsets from its start. */
public final class SharedSpace implements Space {
  private final Launch launch;
  private final MemoryRegion region;
  private final SharedRaces races;
  private final BankConflicts conflicts = new BankConflicts();

  SharedSpace(Launch launch, int bytes) {
    this.launch = launch;
    this.region = new MemoryRegion(0, bytes);
    this.races = new SharedRaces(bytes, launch.kernel().sharedGranuleShift());
  }

  /** Makes the memory that of a new block. */
  void startBlock() {
    region.forget();
    races.blockBarrier();
  }

  /** Returns the watch for races, which barriers must be told to. */
  public SharedRaces races() {
    return races;
  }

  /** Returns the bytes. */
  public MemoryRegion region() {
    return region;
  }

  @Override
  public MemoryRegion access(Warp warp, int lane, long address, int width, AccessMode mode) {
    int offset = check(warp, lane, address, width, mode);
    if (launch.checksRaces()) {
      int race = races.access(offset, width, warp.thread(lane), mode);
      if (race >= 0) {
        throw raceFault(warp, lane, race, mode);
      }
    }
    return region;
  }

  /** The start of an asynchronous copy: the bytes belong to it until it is waited for. */
  public void startCopy(Warp warp, int lane, long address, int width) {
    access(warp, lane, address, width, AccessMode.WRITE);
    region.mark((int) address, width, MemoryRegion.PENDING);
  }

  /** The end of an asynchronous copy: its thread writes the bytes now. */
  void endCopy(Warp warp, int lane, int offset, int width) {
    region.markWritten(offset, width);
    if (launch.checksRaces()) {
      int race = races.access(offset, width, warp.thread(lane), AccessMode.WRITE);
      if (race >= 0) {
        throw raceFault(warp, lane, race, AccessMode.WRITE);
      }
    }
  }

  /** One row of {@code ldmatrix}: 16 bytes that all lanes of the warp read together. */
  public int matrixRow(Warp warp, int lane, long address) {
    int offset = check(warp, lane, address, 16, AccessMode.READ);
    if (launch.checksRaces()) {
      int race = races.warpRead(offset, 16, warp.index());
      if (race >= 0) {
        throw raceFault(warp, lane, race, AccessMode.READ);
      }
    }
    return offset;
  }

  private int check(Warp warp, int lane, long address, int width, AccessMode mode) {
    if ((address & width - 1) != 0) {
      throw warp.fault(
          Finding.MISALIGNED,
          lane,
          address,
          "shared %s of %d bytes at byte %d".formatted(mode, width, address));
    }
    if (!region.contains(address, width)) {
      throw warp.fault(
          Finding.OUT_OF_BOUNDS,
          lane,
          address,
          "shared %s of %d bytes at byte %d of %d".formatted(mode, width, address, region.bytes()));
    }
    int offset = (int) address;
    if (mode == AccessMode.WRITE) {
      if (!region.written(offset, width) && region.anyIn(offset, width, MemoryRegion.PENDING)) {
        throw pendingFault(warp, lane, address, mode);
      }
      region.markWritten(offset, width);
    } else if (!region.written(offset, width)) {
      checkGarbage(warp, lane, offset, width, mode);
    }
    return offset;
  }

  private void checkGarbage(Warp warp, int lane, int offset, int width, AccessMode mode) {
    if (region.anyIn(offset, width, MemoryRegion.PENDING)) {
      throw pendingFault(warp, lane, offset, mode);
    }
    if (launch.checksInitialisation()) {
      throw warp.fault(
          Finding.UNINITIALISED_MEMORY,
          lane,
          offset,
          "shared %s of %d bytes at byte %d".formatted(mode, width, offset));
    }
  }

  private static KernelFault pendingFault(Warp warp, int lane, long address, AccessMode mode) {
    return warp.fault(
        Finding.ASYNC_COPY_PENDING,
        lane,
        address,
        "shared %s at byte %d, which an asynchronous copy still writes; wait for its group first"
            .formatted(mode, address));
  }

  private static KernelFault raceFault(Warp warp, int lane, int offset, AccessMode mode) {
    return warp.fault(
        Finding.SHARED_RACE,
        lane,
        offset,
        "shared %s at byte %d, which another thread touched since the last barrier"
            .formatted(mode, offset));
  }

  @Override
  public void count(Warp warp, int mask, long[] addresses, int width) {
    int wavefronts = conflicts.wavefronts(addresses, mask, width);
    int ideal = BankConflicts.idealWavefronts(mask, width);
    warp.profile().request(warp.pc(), Integer.bitCount(mask) * width, wavefronts, ideal);
  }
}
