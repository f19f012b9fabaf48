package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cpu.jit.asm.CpuFeatures;
import io.zoetrope.kernels.cpu.jit.asm.GeneratedFunction;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.MachineCode;
import io.zoetrope.kernels.cpu.jit.kernel.PeakLoop;
import io.zoetrope.kernels.cpu.jit.memory.LinuxMemory;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.jit.memory.PlacedWeight;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.kernels.cpu.jit.op.AttentionOperation;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionOperation;
import io.zoetrope.kernels.cpu.jit.op.ElementOperations;
import io.zoetrope.kernels.cpu.jit.op.LinearOperation;
import io.zoetrope.kernels.cpu.jit.op.Products;
import io.zoetrope.kernels.cpu.jit.op.RowOperations;
import io.zoetrope.kernels.cpu.jit.op.RowRunner;
import io.zoetrope.kernels.cpu.jit.op.StridedCopy;
import io.zoetrope.kernels.cpu.pool.PeakMeasurement;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.DeviceWatcher;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.HostSamplers;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.OperationParts;
import io.zoetrope.ops.Residence;
import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The CPU through machine code that is generated for the instruction set and the shapes at hand.
 * Results do not depend on the number of threads, to the bit: every element is computed by one
 * task, in an order that its shape alone decides.
 */
public final class GeneratedBackend extends HostBackend {
  private static final int PEAK_ROUNDS = 1 << 13;

  private final InstructionSet set;
  private final WorkerPool<NativeWorkspace> pool;
  private final KernelCache kernels;
  private final LinearOperation linear;
  private final AttentionOperation attention;
  private final ConvolutionOperation convolution;
  private final OperationParts parts;
  private Roofline roofline;

  /**
   * Opens the backend with the best instruction set of this machine; empty if code is generated for
   * none that it has.
   *
   * @param threads number of compute threads
   */
  public static Optional<GeneratedBackend> best(int threads, ConvolutionAlgorithm convolutions) {
    return CpuFeatures.ofThisMachine()
        .best()
        .map(set -> new GeneratedBackend(threads, set, KernelCache.ofThisMachine(), convolutions));
  }

  /**
   * Opens the backend with an instruction set.
   *
   * @param threads number of compute threads
   * @param id one of {@link #instructionSets}
   * @throws IllegalArgumentException if there is none of that name
   * @throws IllegalStateException if this machine can't use it
   */
  public static GeneratedBackend open(int threads, String id, ConvolutionAlgorithm convolutions) {
    InstructionSet set =
        Arrays.stream(InstructionSet.values())
            .filter(candidate -> candidate.id.equals(id))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no instruction set is named " + id));
    CpuFeatures.ofThisMachine()
        .missing(set)
        .ifPresent(reason -> {
          throw new IllegalStateException(reason);
        });
    return new GeneratedBackend(threads, set, KernelCache.ofThisMachine(), convolutions);
  }

  /** Names of the instruction sets that code is generated for, the least first. */
  public static List<String> instructionSets() {
    return Arrays.stream(InstructionSet.values()).map(set -> set.id).toList();
  }

  /** Why no code can be generated for this machine, in one line; empty if it can. */
  public static Optional<String> obstacle() {
    return CpuFeatures.ofThisMachine().missing(InstructionSet.AVX2);
  }

  /** Opens a backend for tests, whose code need not run on this machine. */
  GeneratedBackend(int threads, InstructionSet set, MachineCode.Loader loader) {
    this(threads, set, loader, ConvolutionAlgorithm.AUTO);
  }

  /** Opens a backend for tests of an algorithm. */
  GeneratedBackend(
      int threads,
      InstructionSet set,
      MachineCode.Loader loader,
      ConvolutionAlgorithm convolutions) {
    this(threads, set, new KernelCache(loader), convolutions);
  }

  private GeneratedBackend(
      int threads, InstructionSet set, KernelCache kernels, ConvolutionAlgorithm convolutions) {
    this.set = set;
    pool = new WorkerPool<>(threads, NativeWorkspace::new);
    this.kernels = kernels;
    RowRunner runner = new RowRunner(set, kernels, pool);
    Products products = new Products(set, kernels, pool, runner);
    linear = new LinearOperation(products);
    attention = new AttentionOperation(products);
    convolution = new ConvolutionOperation(products, convolutions);
    parts =
        new OperationParts(
            linear::run,
            attention::run,
            convolution::run,
            new RowOperations(runner)::run,
            new ElementOperations(runner)::run,
            new StridedCopy(runner)::run,
            HostSamplers::run);
  }

  @Override
  public void watch(DeviceWatcher watcher) {
    pool.watch(watcher);
  }

  @Override
  public String name() {
    return "cpu (%s, %d threads)".formatted(set.id, pool.threads());
  }

  @Override
  public Optional<String> limit() {
    return Arrays.stream(InstructionSet.values())
        .filter(other -> other.compareTo(set) > 0)
        .findFirst()
        .flatMap(CpuFeatures.ofThisMachine()::missing);
  }

  @Override
  public synchronized Optional<Roofline> roofline() {
    if (roofline == null) {
      var floats = peak(new PeakLoop(set, ProductOperands.FLOATS, false));
      var halves =
          set.multipliesHalves()
              ? peak(new PeakLoop(set, ProductOperands.HALVES, set == InstructionSet.AMX))
              : floats;
      var products = Map.of(DType.F32, floats, DType.BF16, halves);
      roofline = new PeakMeasurement<>(pool, products).roofline();
    }
    return Optional.of(roofline);
  }

  private PeakMeasurement.Products<NativeWorkspace> peak(PeakLoop loop) {
    GeneratedFunction<PeakLoop> function = kernels.get(loop);
    return new PeakMeasurement.Products<>(
        loop.flops() * PEAK_ROUNDS,
        (_, workspace) -> workspace.call(function).set(PeakLoop.ROUNDS, PEAK_ROUNDS).run());
  }

  @Override
  protected MemorySegment memory(long bytes, Arena arena) {
    return LinuxMemory.map(bytes, arena);
  }

  @Override
  public OptionalLong storedBytes(StoredTensor weight) {
    return OptionalLong.of(weight.heldBytes(weight.count()));
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return place(weight, rounding, Residence.PACKED);
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    return new PlacedWeight(weight, weight.used(rounding), residence).tensor();
  }

  @Override
  public void run(Operation operation) {
    parts.run(operation);
  }

  @Override
  public long weightBytes(Operation operation, Tensor weight) {
    return operation instanceof Convolution op
        ? convolution.weightBytes(op)
        : super.weightBytes(operation, weight);
  }

  @Override
  public long runtimeBytes() {
    return 108L << 20;
  }

  @Override
  public boolean holdsUntouchedMemory() {
    return false;
  }

  @Override
  public long workspaceBytes(Operation operation) {
    return switch (operation) {
      case LinearMap op -> linear.workspaceBytes(op);
      case Attention op -> attention.workspaceBytes(op);
      case Convolution op -> convolution.workspaceBytes(op);
      default -> 0;
    };
  }

  @Override
  public void close() {
    pool.close();
  }
}
