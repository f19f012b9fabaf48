package io.zoetrope.kernels.cpu.jit.asm;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which instruction sets generated code may use: those whose flags Linux lists for the processor.
 * Tiles need the operating system's permission, too, which a process has to ask for (Linux, {@code
 * Documentation/arch/x86/xstate.rst}).
 */
public final class CpuFeatures {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final long SYS_ARCH_PRCTL = 158;
  private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
  private static final long XFEATURE_XTILEDATA = 18;

  private static final class ThisMachine {
    static final CpuFeatures FEATURES = detect();
  }

  /** Why no generated code runs here at all, or null. */
  private final String obstacle;

  private final Set<String> flags;

  /** What the operating system answered to the wish for tiles: 0 or the number of an error. */
  private final int tileError;

  private CpuFeatures(String obstacle, Set<String> flags, int tileError) {
    this.obstacle = obstacle;
    this.flags = flags;
    this.tileError = tileError;
  }

  /** Features of this machine; the first call asks for the permission to use tiles. */
  public static CpuFeatures ofThisMachine() {
    return ThisMachine.FEATURES;
  }

  /**
   * Features of the machine that a text describes.
   *
   * @param cpuInfo what {@code /proc/cpuinfo} holds
   * @param tileError errno of the request to use tiles, 0 if it was granted
   */
  static CpuFeatures of(String cpuInfo, int tileError) {
    return new CpuFeatures(null, flags(cpuInfo), tileError);
  }

  /** Features of a machine that generated code is not made for. */
  static CpuFeatures none(String system, String architecture) {
    return without(
        "generated code needs Linux on x86-64; this is %s on %s".formatted(system, architecture));
  }

  private static CpuFeatures without(String obstacle) {
    return new CpuFeatures(obstacle, Set.of(), 0);
  }

  /** Why the operating system lets no generated code run; empty if it does. */
  static Optional<String> refusal(MachineCode.Loader loader) {
    Assembler nothing = new Assembler();
    nothing.ret();
    try {
      loader.load(nothing.assemble());
      return Optional.empty();
    } catch (IllegalStateException e) {
      return Optional.of(e.getMessage());
    }
  }

  private static CpuFeatures detect() {
    String system = System.getProperty("os.name");
    String architecture = System.getProperty("os.arch");
    if (!system.equals("Linux") || !architecture.equals("amd64")) {
      return none(system, architecture);
    }
    String cpuInfo;
    try {
      cpuInfo = Files.readString(CPU_INFO);
    } catch (IOException e) {
      return without("generated code needs to know the processor's flags: cannot read " + CPU_INFO);
    }
    Optional<String> refusal = refusal(ExecutableMemory::load);
    if (refusal.isPresent()) {
      return without(refusal.get());
    }
    boolean hasTiles = flags(cpuInfo).containsAll(List.of(InstructionSet.AMX.flags()));
    return of(cpuInfo, hasTiles ? requestTiles() : 0);
  }

  /** The flags of the first processor; they are the same for all. */
  private static Set<String> flags(String cpuInfo) {
    return cpuInfo
        .lines()
        .filter(line -> line.matches("flags\\s*:.*"))
        .findFirst()
        .map(line ->
            Set.copyOf(List.of(line.substring(line.indexOf(':') + 1).strip().split("\\s+"))))
        .orElse(Set.of());
  }

  /** The best instruction set that can be used. */
  public Optional<InstructionSet> best() {
    return Arrays.stream(InstructionSet.values())
        .filter(set -> missing(set).isEmpty())
        .reduce((_, later) -> later);
  }

  /** Why an instruction set can't be used, in one line; empty if it can. */
  public Optional<String> missing(InstructionSet wanted) {
    if (obstacle != null) {
      return Optional.of(obstacle);
    }
    for (InstructionSet set : InstructionSet.values()) {
      if (set.compareTo(wanted) <= 0) {
        for (String flag : set.flags()) {
          if (!flags.contains(flag)) {
            return Optional.of(
                "%s needs the processor flag %s, which %s does not list"
                    .formatted(wanted.id, flag, CPU_INFO));
          }
        }
      }
    }
    if (wanted == InstructionSet.AMX && tileError != 0) {
      return Optional.of(
          "%s needs the operating system's permission to use tiles, which was refused with errno %d"
              .formatted(wanted.id, tileError));
    }
    return Optional.empty();
  }

  /** Asks for tiles on behalf of the whole process; gives 0 or errno. */
  private static int requestTiles() {
    Linker linker = Linker.nativeLinker();
    StructLayout stateLayout = Linker.Option.captureStateLayout();
    MethodHandle syscall =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("syscall"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            Linker.Option.firstVariadicArg(1),
            Linker.Option.captureCallState("errno"));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(stateLayout);
      long result =
          (long)
              syscall.invokeExact(state, SYS_ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA);
      return result == 0
          ? 0
          : (int)
              stateLayout.varHandle(MemoryLayout.PathElement.groupElement("errno")).get(state, 0L);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
