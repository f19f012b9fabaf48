package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.parser.PtxType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The registers of a kernel, numbered: declared ones, special ones, and one for each constant, so
 * that instructions see nothing but registers.
 *
 * <p>Registers of up to 32 bits are words (16-bit values with zeros above them); 64-bit registers
 * are longs; predicates are one mask per warp.
 */
public final class RegisterTable {
  /** How a register is kept. */
  public enum Kind {
    WORD,
    LONG,
    PREDICATE
  }

  /** Name of the sink: a target whose value nobody wants. */
  public static final String SINK = "_";

  private final List<PtxType> types = new ArrayList<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<Integer, Integer> wordConstants = new HashMap<>();
  private final Map<Long, Integer> longConstants = new HashMap<>();
  private final Map<Boolean, Integer> predicateConstants = new HashMap<>();
  private final Map<SpecialRegister, Integer> specials = new HashMap<>();

  /** Makes the table of the declared registers, by name. */
  public RegisterTable(Map<String, PtxType> declared) {
    declared.forEach((name, type) -> numbers.put(name, add(type)));
  }

  private int add(PtxType type) {
    types.add(type);
    return types.size() - 1;
  }

  /** Number of a declared or special register; -1 where there is none of the name. */
  public int number(String name) {
    Integer number = numbers.get(name);
    if (number != null) {
      return number;
    }
    SpecialRegister special = SpecialRegister.named(name);
    return special == null ? -1 : specials.computeIfAbsent(special, s -> add(s.type()));
  }

  /** Whether a register can be written: special ones can't. */
  public boolean writable(int number) {
    return !specials.containsValue(number);
  }

  /** A register that is only ever written. */
  public int sink(PtxType type) {
    return add(type);
  }

  /** The register that holds a constant of up to 32 bits. */
  public int wordConstant(int value) {
    return wordConstants.computeIfAbsent(value, v -> add(PtxType.B32));
  }

  /** The register that holds a constant of 64 bits. */
  public int longConstant(long value) {
    return longConstants.computeIfAbsent(value, v -> add(PtxType.B64));
  }

  /** The register that holds a constant predicate. */
  public int predicateConstant(boolean value) {
    return predicateConstants.computeIfAbsent(value, _ -> add(PtxType.PRED));
  }

  /** Returns the type that a register is declared with. */
  public PtxType type(int number) {
    return types.get(number);
  }

  /** Returns how a register is kept. */
  public Kind kind(int number) {
    PtxType type = types.get(number);
    return type == PtxType.PRED ? Kind.PREDICATE : type.bytes() == 8 ? Kind.LONG : Kind.WORD;
  }

  int size() {
    return types.size();
  }

  Map<SpecialRegister, Integer> specials() {
    return specials;
  }

  /** Rows of all words, those of constants filled; null where a register is none. */
  int[][] words() {
    int[][] rows = new int[size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = kind(i) == Kind.WORD ? new int[32] : null;
    }
    wordConstants.forEach((value, number) -> Arrays.fill(rows[number], value));
    return rows;
  }

  /** Rows of all longs, those of constants filled; null where a register is none. */
  long[][] longs() {
    long[][] rows = new long[size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = kind(i) == Kind.LONG ? new long[32] : null;
    }
    longConstants.forEach((value, number) -> Arrays.fill(rows[number], value));
    return rows;
  }

  /** Predicates of all registers, those of constants set. */
  int[] predicates() {
    int[] masks = new int[size()];
    predicateConstants.forEach((value, number) -> masks[number] = value ? -1 : 0);
    return masks;
  }

  /** Masks of the lanes that have a value before the first instruction. */
  int[] defined() {
    int[] defined = new int[size()];
    wordConstants.values().forEach(number -> defined[number] = -1);
    longConstants.values().forEach(number -> defined[number] = -1);
    predicateConstants.values().forEach(number -> defined[number] = -1);
    specials.values().forEach(number -> defined[number] = -1);
    return defined;
  }
}
