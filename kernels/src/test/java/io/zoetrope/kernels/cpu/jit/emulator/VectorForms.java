package io.zoetrope.kernels.cpu.jit.emulator;

import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator.Action;

/** Where operands of vector instructions come from and where results go, masks included. */
final class VectorForms {
  /** Computes lanes of 32 bits; registers are given by their first lane. */
  @FunctionalInterface
  interface Lanes {
    void apply(int[] vectors, int to, int a, int b, int lanes);
  }

  /**
   * Sizes of an instruction.
   *
   * @param operandLanes lanes of 32 bits that the operand has
   * @param resultLanes lanes of 32 bits that the result has
   * @param elementBits what a bit of the mask stands for in the result
   * @param repeatedLanes lanes of the element that a broadcast repeats, 0 if there is none
   * @param inPlace a result lane depends on the same lanes of the operands only
   */
  record Form(
      int operandLanes, int resultLanes, int elementBits, int repeatedLanes, boolean inPlace) {
    /** Elements of 32 bits, each computed from those in the same place. */
    static Form ofFloats(Instruction in) {
      return new Form(in.lanes(), in.lanes(), Integer.SIZE, 1, true);
    }

    /** Elements of 64 bits, each computed from those in the same place. */
    static Form ofDoubles(Instruction in) {
      return new Form(in.lanes(), in.lanes(), Long.SIZE, 2, true);
    }

    int elements() {
      return resultLanes * Integer.SIZE / elementBits;
    }

    int operandBytes() {
      return operandLanes * Integer.BYTES;
    }
  }

  private VectorForms() {}

  /** Computes a register from a register and the operand. */
  static Action compute(Instruction in, Form form, Lanes operation) {
    Action fetch = fetch(in, form);
    int to = in.reg * Machine.LANES;
    int a = in.source * Machine.LANES;
    int b = operand(in);
    int lanes = form.resultLanes();
    if (in.mask == 0 && form.inPlace()) {
      if (!in.memory) {
        return machine -> {
          operation.apply(machine.vectors, to, a, b, lanes);
          machine.clearFrom(to, lanes);
        };
      }
      return machine -> {
        fetch.run(machine);
        operation.apply(machine.vectors, to, a, b, lanes);
        machine.clearFrom(to, lanes);
      };
    }
    return machine -> {
      fetch.run(machine);
      int[] vectors = machine.vectors;
      System.arraycopy(vectors, to, vectors, Machine.RESULT, Machine.LANES);
      operation.apply(vectors, Machine.RESULT, a, b, lanes);
      merge(machine, in, form, to);
    };
  }

  /** Computes the lowest element; the others come from a register. */
  static Action computeLowest(
      Instruction in, int others, int operandLanes, int resultLanes, Lanes operation) {
    in.demand(in.mask == 0, "masks of scalars are unknown to the emulator");
    Form form = new Form(operandLanes, resultLanes, Integer.SIZE * resultLanes, 0, false);
    Action fetch = fetch(in, form);
    int to = in.reg * Machine.LANES;
    int upper = others * Machine.LANES;
    int a = in.source * Machine.LANES;
    int b = operand(in);
    return machine -> {
      fetch.run(machine);
      int[] vectors = machine.vectors;
      System.arraycopy(vectors, upper, vectors, Machine.RESULT, 4);
      operation.apply(vectors, Machine.RESULT, a, b, resultLanes);
      System.arraycopy(vectors, Machine.RESULT, vectors, to, 4);
      machine.clearFrom(to, 4);
    };
  }

  /** Computes the operand, a register or memory, from the register of ModRM. */
  static Action computeOperand(Instruction in, Form form, Lanes operation) {
    int from = in.reg * Machine.LANES;
    int lanes = form.resultLanes();
    if (!in.memory) {
      int to = in.rm * Machine.LANES;
      return machine -> {
        int[] vectors = machine.vectors;
        System.arraycopy(vectors, to, vectors, Machine.RESULT, Machine.LANES);
        operation.apply(vectors, Machine.RESULT, from, from, lanes);
        merge(machine, in, form, to);
      };
    }
    in.demand(!in.zeroing && !in.broadcast, "zeroing or broadcast of memory that is written");
    int base = in.base;
    int index = in.index;
    int scale = in.scale;
    long displacement = in.displacement(lanes * Integer.BYTES);
    int mask = in.mask;
    return machine -> {
      operation.apply(machine.vectors, Machine.RESULT, from, from, lanes);
      long address = machine.address(base, index, scale, displacement);
      if (mask == 0) {
        machine.memory.write(address, machine.vectors, Machine.RESULT, lanes);
      } else {
        writeMasked(machine, address, form, machine.masks[mask]);
      }
    };
  }

  /** Stores a register as it is. */
  static Action store(Instruction in, int lanes) {
    in.demand(in.memory && !in.broadcast && in.mask == 0, "operands");
    int from = in.reg * Machine.LANES;
    int base = in.base;
    int index = in.index;
    int scale = in.scale;
    long displacement = in.displacement(lanes * Integer.BYTES);
    return machine ->
        machine.memory.write(
            machine.address(base, index, scale, displacement), machine.vectors, from, lanes);
  }

  // ---------------------------------------------------------------- operands

  /** The first lane of the operand, after it was fetched. */
  static int operand(Instruction in) {
    return in.memory ? Machine.OPERAND : in.rm * Machine.LANES;
  }

  /** Brings the operand from memory, if it is there, to its place in the registers. */
  static Action fetch(Instruction in, Form form) {
    if (!in.memory) {
      return _ -> {};
    }
    int base = in.base;
    int index = in.index;
    int scale = in.scale;
    int lanes = form.operandLanes();
    if (in.broadcast) {
      int element = form.repeatedLanes();
      in.demand(element > 0, "broadcast of an operand that has none");
      long displacement = in.displacement(element * Integer.BYTES);
      return machine -> {
        int[] vectors = machine.vectors;
        long address = machine.address(base, index, scale, displacement);
        machine.memory.read(address, vectors, Machine.OPERAND, element);
        for (int i = element; i < lanes; i++) {
          vectors[Machine.OPERAND + i] = vectors[Machine.OPERAND + i - element];
        }
      };
    }
    long displacement = in.displacement(form.operandBytes());
    int mask = in.mask;
    if (mask == 0) {
      return machine ->
          machine.memory.read(
              machine.address(base, index, scale, displacement),
              machine.vectors,
              Machine.OPERAND,
              lanes);
    }
    return machine ->
        readMasked(
            machine, machine.address(base, index, scale, displacement), form, machine.masks[mask]);
  }

  /** Reads the elements that the mask selects; the others are not touched. */
  private static void readMasked(Machine machine, long address, Form form, long mask) {
    int bits = form.operandLanes() * Integer.SIZE / form.elements();
    for (int i = 0; i < form.elements(); i++) {
      if ((mask >> i & 1) != 0) {
        long at = address + (long) i * bits / Byte.SIZE;
        long value =
            switch (bits) {
              case Short.SIZE -> machine.memory.read16(at);
              case Integer.SIZE -> machine.memory.read32(at);
              default -> machine.memory.read64(at);
            };
        set(machine.vectors, Machine.OPERAND, i, bits, value);
      }
    }
  }

  private static void writeMasked(Machine machine, long address, Form form, long mask) {
    int bits = form.elementBits();
    for (int i = 0; i < form.elements(); i++) {
      if ((mask >> i & 1) != 0) {
        long at = address + (long) i * bits / Byte.SIZE;
        long value = get(machine.vectors, Machine.RESULT, i, bits);
        switch (bits) {
          case Short.SIZE -> machine.memory.write16(at, (short) value);
          case Integer.SIZE -> machine.memory.write32(at, (int) value);
          default -> machine.memory.write64(at, value);
        }
      }
    }
  }

  /** Moves the result to a register, under the mask of the instruction. */
  private static void merge(Machine machine, Instruction in, Form form, int to) {
    int[] vectors = machine.vectors;
    int lanes = form.resultLanes();
    if (in.mask == 0) {
      System.arraycopy(vectors, Machine.RESULT, vectors, to, lanes);
    } else {
      long mask = machine.masks[in.mask];
      for (int i = 0; i < form.elements(); i++) {
        if ((mask >> i & 1) != 0) {
          long value = get(vectors, Machine.RESULT, i, form.elementBits());
          set(vectors, to, i, form.elementBits(), value);
        } else if (in.zeroing) {
          set(vectors, to, i, form.elementBits(), 0);
        }
      }
    }
    machine.clearFrom(to, lanes);
  }

  /** Element {@code i} of {@code bits} bits; what lies above them is undefined. */
  static long get(int[] vectors, int register, int i, int bits) {
    return switch (bits) {
      case Short.SIZE -> vectors[register + i / 2] >>> 16 * (i % 2);
      case Integer.SIZE -> vectors[register + i];
      default ->
          vectors[register + 2 * i] & 0xffff_ffffL | (long) vectors[register + 2 * i + 1] << 32;
    };
  }

  static void set(int[] vectors, int register, int i, int bits, long value) {
    switch (bits) {
      case Short.SIZE -> {
        int shift = 16 * (i % 2);
        int kept = vectors[register + i / 2] & ~(0xffff << shift);
        vectors[register + i / 2] = kept | ((int) value & 0xffff) << shift;
      }
      case Integer.SIZE -> vectors[register + i] = (int) value;
      default -> {
        vectors[register + 2 * i] = (int) value;
        vectors[register + 2 * i + 1] = (int) (value >>> 32);
      }
    }
  }
}
