package io.zoetrope.kernels.cpu.jit.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Runs a check on random cases; the number of a case is the seed of all that is random in it.
 *
 * <p>{@code -Dzoetrope.fuzz=10000} asks for so many cases, {@code -Dzoetrope.fuzz.first=123} begins
 * at another than case 0. Code that leaves its memory ends the virtual machine: the number of the
 * case is in {@code target/fuzz-NAME.txt} then, and {@code -Dzoetrope.fuzz.first=NUMBER
 * -Dzoetrope.fuzz=1} runs it alone.
 */
public final class Fuzz {
  private static final String CASES = "zoetrope.fuzz";
  private static final String FIRST = "zoetrope.fuzz.first";

  private Fuzz() {}

  /**
   * Runs the cases.
   *
   * @param name of the file with the case that runs
   * @param cases how many, if nobody asks for a number
   */
  public static void run(String name, int cases, Consumer<Random> check) {
    int first = Integer.getInteger(FIRST, 0);
    int count = Integer.getInteger(CASES, cases);
    Path file = Path.of("target", "fuzz-" + name + ".txt");
    for (int number = first; number < first + count; number++) {
      try {
        Files.writeString(file, "case %d%n".formatted(number));
        check.accept(new Random(number));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("fuzz of %s, case %d: %s".formatted(name, number, e), e);
      }
    }
  }
}
