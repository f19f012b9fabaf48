package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.fault.Finding;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.machine.Instruction.Flow;
import io.zoetrope.kernels.emulator.report.Profile;
import java.util.Arrays;
import java.util.Map;

/**
 * 32 threads that run in step, with their registers.
 *
 * <p>Lanes that went different ways at a branch form groups. The group with the lowest program
 * counter runs, and groups that meet become one again; with the compiler's block order that is
 * where the ways join.
 */
public final class Warp {
  private final Block block;
  private final Launch launch;
  private final Instruction[] code;
  private final int index;
  private final int[][] words;
  private final long[][] longs;
  private final int[] predicates;
  private final int[] definedAtStart;
  private final int[] defined;
  private final int existing;
  private final LocalSpace local;
  private final GenericSpace generic;
  private final Map<SpecialRegister, Integer> specials;
  private final AsyncCopies copies = new AsyncCopies();
  private final long[] addresses = new long[32];

  /** Program counters and lanes of the groups. */
  private final int[] groupPc = new int[33];

  private final int[] groupMask = new int[33];
  private int groups;
  private int exited;
  private int pc;
  private long issued;

  Warp(Block block, int index) {
    this.block = block;
    this.launch = block.launch();
    this.index = index;
    PtxKernel kernel = launch.kernel();
    this.code = kernel.instructions();
    RegisterTable registers = kernel.registers();
    this.words = registers.words();
    this.longs = registers.longs();
    this.predicates = registers.predicates();
    this.definedAtStart = registers.defined();
    this.defined = new int[registers.size()];
    int lanes = (int) Math.min(32, launch.grid().threads().volume() - index * 32L);
    this.existing = lanes == 32 ? -1 : (1 << lanes) - 1;
    this.local = kernel.localBytes() > 0 ? new LocalSpace(launch) : null;
    this.generic = new GenericSpace(this);
    this.specials = registers.specials();
    specials.forEach(this::fill);
  }

  /** Makes the warp that of a new block. */
  void startBlock() {
    System.arraycopy(definedAtStart, 0, defined, 0, defined.length);
    for (SpecialRegister special : SpecialRegister.BLOCK_INDEX) {
      Integer number = specials.get(special);
      if (number != null) {
        fill(special, number);
      }
    }
    if (local != null) {
      local.startBlock();
    }
    copies.clear();
    exited = ~existing;
    groups = 1;
    groupPc[0] = 0;
    groupMask[0] = existing;
    issued = 0;
  }

  private void fill(SpecialRegister special, int number) {
    if (longs[number] != null) {
      Arrays.fill(longs[number], 0);
      return;
    }
    for (int lane = 0; lane < 32; lane++) {
      words[number][lane] = special.value(launch, block.index(), index * 32 + lane);
    }
  }

  /** Runs to the next barrier or to the end. */
  void run() {
    while (groups > 0) {
      int group = mergeLowest();
      int others = Integer.MAX_VALUE;
      for (int i = 0; i < groups; i++) {
        if (i != group) {
          others = Math.min(others, groupPc[i]);
        }
      }
      if (runGroup(group, others)) {
        return;
      }
    }
  }

  /** Joins all groups at the lowest program counter; returns the index of the joint one. */
  private int mergeLowest() {
    int lowest = 0;
    for (int i = 1; i < groups; i++) {
      if (groupPc[i] < groupPc[lowest]) {
        lowest = i;
      }
    }
    for (int i = groups - 1; i > lowest; i--) {
      if (groupPc[i] == groupPc[lowest]) {
        groupMask[lowest] |= groupMask[i];
        removeGroup(i);
      }
    }
    return lowest;
  }

  private void removeGroup(int group) {
    groups--;
    groupPc[group] = groupPc[groups];
    groupMask[group] = groupMask[groups];
  }

  /**
   * Runs a group until it meets another one, splits, or ends.
   *
   * @param others the lowest program counter of the other groups
   * @return true at a barrier
   */
  private boolean runGroup(int group, int others) {
    int mask = groupMask[group];
    int next = groupPc[group];
    Profile profile = block.profile();
    boolean checks = launch.checksInitialisation();
    while (next < others) {
      pc = next;
      Instruction instruction = code[next];
      int active = mask;
      int guard = instruction.guard();
      if (guard >= 0) {
        int predicate = predicates[guard];
        active &= instruction.negated() ? ~predicate : predicate;
      }
      profile.issued(next, Integer.bitCount(active));
      if (checks) {
        checkDefined(instruction, guard, mask, active);
      }
      if (++issued > launch.options().instructionLimit()) {
        throw fault(
            Finding.ENDLESS,
            firstLane(),
            0,
            "more than " + launch.options().instructionLimit() + " instructions of one warp");
      }
      next++;
      if (instruction.flow() == Flow.NEXT) {
        if (active != 0) {
          instruction.action().execute(this, active);
          for (int target : instruction.targets()) {
            defined[target] |= active;
          }
        }
      } else if (instruction.flow() == Flow.BRANCH) {
        if (active == mask) {
          next = instruction.target();
        } else if (active != 0) {
          profile.diverged(pc);
          park(group, next, mask & ~active);
          park(groups++, instruction.target(), active);
          return false;
        }
      } else if (instruction.flow() == Flow.BARRIER) {
        if (active == 0) {
          continue;
        }
        if (active != ~exited) {
          throw fault(
              Finding.DIVERGENCE,
              firstLane(),
              0,
              "lanes %08x reach a barrier without lanes %08x".formatted(active, ~exited & ~active));
        }
        park(group, next, mask);
        return true;
      } else {
        exited |= active;
        mask &= ~active;
        if (mask == 0) {
          removeGroup(group);
          return false;
        }
      }
    }
    park(group, next, mask);
    return false;
  }

  private void park(int group, int at, int mask) {
    groupPc[group] = at;
    groupMask[group] = mask;
  }

  private void checkDefined(Instruction instruction, int guard, int mask, int active) {
    int undefined = guard >= 0 ? mask & ~defined[guard] : 0;
    for (int source : instruction.sources()) {
      undefined |= active & ~defined[source];
    }
    if (undefined != 0) {
      throw fault(
          Finding.UNINITIALISED_REGISTER,
          Integer.numberOfTrailingZeros(undefined),
          0,
          "a source register has no value in lanes %08x".formatted(undefined));
    }
  }

  /** A finding at the instruction at hand. */
  public KernelFault fault(Finding finding, int lane, long address, String detail) {
    return new KernelFault(
        finding,
        launch.kernel().name(),
        code[pc].line(),
        code[pc].source(),
        code[pc].text(),
        block.index(),
        launch.grid().threads().at(thread(lane)),
        address,
        detail);
  }

  /** Number of a lane's thread in its block. */
  int thread(int lane) {
    return index * 32 + lane;
  }

  /** The first lane that has not exited. */
  int firstLane() {
    return Math.min(31, Integer.numberOfTrailingZeros(~exited));
  }

  /** Number of the barrier that the warp waits at. */
  int barrier() {
    return code[pc].target();
  }

  boolean ended() {
    return groups == 0;
  }

  /** Lanes that still run. */
  public int running() {
    return ~exited;
  }

  /** Returns the 32 lanes of a register of up to 32 bits, to read and to write. */
  public int[] word(int register) {
    return words[register];
  }

  /** Returns the 32 lanes of a register of 64 bits, to read and to write. */
  public long[] wide(int register) {
    return longs[register];
  }

  /** Returns the lanes of a predicate as a mask. */
  public int predicate(int register) {
    return predicates[register];
  }

  /** Sets a predicate in the lanes of a mask. */
  public void setPredicate(int register, int mask, int values) {
    predicates[register] = predicates[register] & ~mask | values & mask;
  }

  /** Returns the block that the warp belongs to. */
  public Block block() {
    return block;
  }

  Profile profile() {
    return block.profile();
  }

  LocalSpace local() {
    return local;
  }

  GenericSpace generic() {
    return generic;
  }

  /** Returns the asynchronous copies that the warp has not waited for. */
  public AsyncCopies copies() {
    return copies;
  }

  /** Scratch for the addresses of one request. */
  public long[] addresses() {
    return addresses;
  }

  /** Returns the number of the warp in its block. */
  public int index() {
    return index;
  }

  int pc() {
    return pc;
  }
}
