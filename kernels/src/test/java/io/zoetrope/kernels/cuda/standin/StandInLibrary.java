package io.zoetrope.kernels.cuda.standin;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** A compiled shared library whose functions are implemented in Java. */
final class StandInLibrary {
  /** As many arguments as standin.c passes on. */
  private static final int ARGUMENTS = 24;

  private static final Linker LINKER = Linker.nativeLinker();

  private static final String COMPILER = "gcc";
  private static final String NO_COMPILER =
      "the stand-in driver is compiled by gcc, which is missing";
  private static final String REASON_AGAINST = findReasonAgainst();

  /** Does what the functions of the library are to do. */
  @FunctionalInterface
  interface Handler {
    /** Returns the status code of the call; an exception would end the virtual machine. */
    int handle(NativeCall call);
  }

  private final Path file;
  private final List<String> functions;

  private StandInLibrary(Path file, List<String> functions) {
    this.file = file;
    this.functions = functions;
  }

  /** Returns why no library can be compiled and loaded on this machine; null where one can. */
  static String reasonAgainst() {
    return REASON_AGAINST;
  }

  private static String findReasonAgainst() {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("os.arch").equals("amd64")) {
      return "the stand-in driver needs Linux on x86-64";
    }
    boolean found =
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, COMPILER)));
    return found ? null : NO_COMPILER;
  }

  /**
   * Compiles a library into a folder.
   *
   * @param list name of the symbol list, e.g. {@code "libcuda.so.1"}
   * @param name the name that the library has for the dynamic linker (its SONAME)
   * @param missing functions to leave out
   * @throws IllegalStateException if there is no gcc, or it fails
   */
  static StandInLibrary compile(Path folder, String list, String name, Set<String> missing) {
    try {
      List<String> lines =
          resource(list + ".symbols")
              .lines()
              .filter(line -> !missing.contains(function(line)))
              .toList();
      Path symbols = Files.write(folder.resolve(name + ".symbols"), lines);
      Path source = Files.writeString(folder.resolve("standin.c"), resource("standin.c"));
      // A version for every symbol, such as NVIDIA gives those of cuBLAS and cuDNN.
      Path versions = Files.writeString(folder.resolve(name + ".map"), list + " { global: *; };\n");
      Path file = folder.resolve(name);
      List<String> command =
          new ArrayList<>(List.of(COMPILER, "-shared", "-fPIC", "-fno-builtin", "-o", file + ""));
      command.add("-DSYMBOLS=\"" + symbols + "\"");
      command.add("-Wl,-soname," + name);
      if (!list.equals("libcuda.so.1")) {
        command.add("-Wl,--version-script=" + versions);
      }
      command.add(source.toString());
      run(command);
      return new StandInLibrary(file, lines.stream().map(StandInLibrary::function).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(List<String> command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IllegalStateException("a test lacks @NeedsStandIn: " + NO_COMPILER, e);
    }
    String messages = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + ": " + messages);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = StandInLibrary.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String function(String line) {
    return line.substring(line.indexOf('(') + 1, line.indexOf(')'));
  }

  Path file() {
    return file;
  }

  /**
   * Loads the library for the rest of this process. Whatever links against its name from now on
   * gets this one.
   */
  void load(Handler handler) {
    System.load(file.toString());
    try {
      MethodHandle dispatch =
          MethodHandles.lookup()
              .findVirtual(
                  StandInLibrary.class,
                  "dispatch",
                  MethodType.methodType(int.class, Handler.class, int.class, MemorySegment.class));
      MemorySegment stub =
          LINKER.upcallStub(
              MethodHandles.insertArguments(dispatch, 0, this, handler),
              FunctionDescriptor.of(
                  JAVA_INT,
                  JAVA_INT,
                  ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(ARGUMENTS, JAVA_LONG))),
              Arena.global());
      MemorySegment register =
          SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow("standin_register");
      LINKER.downcallHandle(register, FunctionDescriptor.ofVoid(ADDRESS)).invokeExact(stub);
    } catch (Throwable e) {
      throw new LinkageError("cannot register a handler with " + file, e);
    }
  }

  private int dispatch(Handler handler, int number, MemorySegment arguments) {
    return handler.handle(new NativeCall(functions.get(number), arguments.toArray(JAVA_LONG)));
  }
}
