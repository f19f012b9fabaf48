package io.zoetrope.ops.cases;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;

/**
 * An operand of a case, which is the same every time.
 *
 * @param name of the parameter in the operation's method
 * @param form of a weight that stays as it is stored; empty for all others
 */
public record Operand(String name, Kind kind, Shape shape, Values values, Optional<Form> form) {
  /** Elements after which those of large operands repeat themselves: a prime. */
  private static final int PERIOD = 65521;

  /** What an operand is to its operation. */
  public enum Kind {
    /** An activation in the dtype of the case. */
    ACTIVATION,
    /** An activation in the other dtype that is computed with. */
    OTHER,
    /** What is F32 in any case: modulations, gates, position tables. */
    FLOATS,
    /** A weight in the dtype that it is stored in, placed on the device. */
    WEIGHT,
    /** A weight in a {@link Form}, placed to stay in it; bytes in host memory. */
    CODES
  }

  /**
   * How a weight is stored.
   *
   * @param rounding what its numbers become, F32 or BF16
   */
  public record Form(Encoding encoding, DType rounding) {}

  /** An operand that is no weight in a form. */
  Operand(String name, Kind kind, Shape shape, Values values) {
    this(name, kind, shape, values, Optional.empty());
  }

  /** A weight in a form. */
  Operand(String name, Form form, Shape shape) {
    this(name, Kind.CODES, shape, Values.NORMAL, Optional.of(form));
  }

  /** The dtype in a case of these dtypes of activations and of stored weights. */
  DType dtype(DType activations, DType stored) {
    return switch (kind) {
      case ACTIVATION -> activations;
      case OTHER -> activations == DType.F32 ? DType.BF16 : DType.F32;
      case FLOATS -> DType.F32;
      case WEIGHT -> stored;
      case CODES -> DType.U8;
    };
  }

  /** The dtype that it has on a backend, where weights have that in which they are used. */
  DType placedDType(DType activations, DType stored) {
    DType dtype = dtype(activations, stored);
    return switch (kind) {
      case WEIGHT -> new Plain(dtype).used(DType.F32);
      case CODES -> form.orElseThrow().encoding().used(form.orElseThrow().rounding());
      default -> dtype;
    };
  }

  /** The elements in host memory, rounded to a dtype; other ones for every seed. */
  Tensor host(DType dtype, long seed) {
    Random random = new Random(seed);
    if (form.isPresent()) {
      return RandomCodes.of(form.get().encoding(), random, shape.count());
    }
    Tensor tensor = Tensor.zeros(dtype, shape.sizes());
    MemorySegment elements = tensor.segment();
    long count = shape.count();
    long fresh = Math.min(count, PERIOD);
    for (long i = 0; i < fresh; i++) {
      if (dtype.bits() == Byte.SIZE) {
        // Any code but those of infinities and NaN, which have all exponent bits set.
        int code = random.nextInt(256);
        boolean special = (code & 0x78) == 0x78;
        elements.set(ValueLayout.JAVA_BYTE, i, (byte) (special ? code & 0x8f : code));
      } else {
        Conversions.fromFloat(elements, dtype, i, values.next(random, i, count));
      }
    }
    long bytes = dtype.bytes();
    for (long i = fresh; i < count; i += fresh) {
      long more = Math.min(fresh, count - i) * bytes;
      MemorySegment.copy(elements, 0, elements, i * bytes, more);
    }
    return tensor;
  }

  /** Whether it is a weight: it has memory of its own on a device. */
  public boolean isPlaced() {
    return kind == Kind.WEIGHT || kind == Kind.CODES;
  }

  /** The operand where a backend wants it, in the innermost open scope. */
  public Tensor on(Ops ops, Tensor host) {
    return switch (kind) {
      case WEIGHT -> ops.backend().place(host, DType.F32);
      case CODES -> {
        StoredBytes bytes = new StoredBytes.InMemory(host.segment());
        yield ops.backend()
            .place(
                new StoredTensor("", form.orElseThrow().encoding(), shape, bytes, host.lifetime()),
                form.orElseThrow().rounding(),
                Residence.STORED);
      }
      default -> ops.upload(host);
    };
  }
}
