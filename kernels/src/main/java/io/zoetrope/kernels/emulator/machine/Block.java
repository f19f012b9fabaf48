package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.fault.Dim3;
import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.report.Profile;

/** A block (CTA) at work: its warps and its shared memory. One object runs many blocks in turn. */
public final class Block {
  private final Launch launch;
  private final SharedSpace shared;
  private final GlobalSpace global;
  private final TensorCore tensorCore = new TensorCore();
  private final ParameterSpace parameters;
  private final Profile profile;
  private final Warp[] warps;
  private int number;
  private Dim3 index = new Dim3(0, 0, 0);

  /** Makes a block that runs those of a launch in turn. */
  public Block(Launch launch) {
    this.launch = launch;
    this.shared = new SharedSpace(launch, launch.sharedBytes());
    this.global = new GlobalSpace(launch);
    this.parameters = new ParameterSpace(launch.parameters());
    this.profile = new Profile(launch.kernel().instructions().length);
    this.warps = new Warp[launch.warps()];
    for (int i = 0; i < warps.length; i++) {
      warps[i] = new Warp(this, i);
    }
  }

  /** Runs the block with the given number to its end. */
  public void run(int blockNumber) {
    number = blockNumber;
    index = launch.grid().blocks().at(blockNumber);
    shared.startBlock();
    for (Warp warp : warps) {
      warp.startBlock();
    }
    while (!runToBarrier()) {
      shared.races().blockBarrier();
    }
  }

  /** Runs every warp to its next barrier; true when all have ended instead. */
  private boolean runToBarrier() {
    Warp waiting = null;
    int ended = 0;
    for (Warp warp : warps) {
      warp.run();
      if (warp.ended()) {
        ended++;
      } else if (waiting == null || waiting.barrier() == warp.barrier()) {
        waiting = warp;
      } else {
        throw barrierFault(
            warp, "warp " + waiting.index() + " waits at barrier " + waiting.barrier());
      }
    }
    if (waiting != null && ended > 0) {
      throw barrierFault(waiting, ended + " of " + warps.length + " warps have ended");
    }
    return waiting == null;
  }

  private static KernelFault barrierFault(Warp waiting, String others) {
    return waiting.fault(
        Finding.DIVERGENCE,
        waiting.firstLane(),
        0,
        others + " while this one waits at barrier " + waiting.barrier());
  }

  Launch launch() {
    return launch;
  }

  /** Returns the shared memory of the block. */
  public SharedSpace shared() {
    return shared;
  }

  /** Returns global memory as the block sees it. */
  public GlobalSpace global() {
    return global;
  }

  ParameterSpace parameters() {
    return parameters;
  }

  /** Returns the tensor core of the block. */
  public TensorCore tensorCore() {
    return tensorCore;
  }

  /** Returns the counts of all blocks that this object has run. */
  public Profile profile() {
    return profile;
  }

  /** Running number of the block in the grid. */
  int number() {
    return number;
  }

  Dim3 index() {
    return index;
  }
}
