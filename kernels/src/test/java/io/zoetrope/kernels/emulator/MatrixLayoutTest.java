package io.zoetrope.kernels.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Fragment layouts of {@code mma}, {@code ldmatrix} and {@code shfl}, written out from the text of
 * the PTX ISA ("Matrix Fragments for mma.m16n8k16", "... mma.m16n8k8", "ldmatrix") with its names:
 * groupID = lane / 4, threadID_in_group = lane mod 4, element a_i, b_i, c_i.
 */
class MatrixLayoutTest {
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;

  /** m16n8k16, 16-bit A: row of element a_i. */
  private static int rowA16(int lane, int i) {
    int groupId = lane / 4;
    return switch (i) {
      case 0, 1, 4, 5 -> groupId;
      case 2, 3, 6, 7 -> groupId + 8;
      default -> throw new IllegalArgumentException();
    };
  }

  /** m16n8k16, 16-bit A: column of element a_i. */
  private static int columnA16(int lane, int i) {
    int threadInGroup = lane % 4;
    return i < 4 ? threadInGroup * 2 + (i & 1) : threadInGroup * 2 + (i & 1) + 8;
  }

  /** m16n8k16, 16-bit B: row of element b_i; the column is groupID. */
  private static int rowB16(int lane, int i) {
    int threadInGroup = lane % 4;
    return i < 2 ? threadInGroup * 2 + (i & 1) : threadInGroup * 2 + (i & 1) + 8;
  }

  /** Row of accumulator c_i, for every shape of 16 x 8. */
  private static int rowC(int lane, int i) {
    return i < 2 ? lane / 4 : lane / 4 + 8;
  }

  /** Column of accumulator c_i. */
  private static int columnC(int lane, int i) {
    return lane % 4 * 2 + (i & 1);
  }

  /** m16n8k8, tf32 A: a0 (g, t), a1 (g + 8, t), a2 (g, t + 4), a3 (g + 8, t + 4). */
  private static int[] placeATf32(int lane, int i) {
    int[][] steps = {{0, 0}, {8, 0}, {0, 4}, {8, 4}};
    return new int[] {lane / 4 + steps[i][0], lane % 4 + steps[i][1]};
  }

  /** Small integers: exact in every format, and so are their sums of products. */
  private static float[][] matrix(int rows, int columns, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] matrix = new float[rows][columns];
    for (float[] row : matrix) {
      for (int i = 0; i < columns; i++) {
        row[i] = random.nextInt(-9, 10);
      }
    }
    return matrix;
  }

  private static float[][] product(float[][] a, float[][] b, float[][] c) {
    float[][] d = new float[ROWS][COLUMNS];
    for (int row = 0; row < ROWS; row++) {
      for (int column = 0; column < COLUMNS; column++) {
        float sum = c[row][column];
        for (int k = 0; k < b.length; k++) {
          sum += a[row][k] * b[k][column];
        }
        d[row][column] = sum;
      }
    }
    return d;
  }

  private interface Encoder {
    int bits(float value);
  }

  private static int bf16(float value) {
    return Float.floatToIntBits(value) >>> 16;
  }

  private static int f16(float value) {
    return Float.floatToFloat16(value) & 0xFFFF;
  }

  /** Eight words per lane: the registers of A and B, then the accumulators; 64 bytes apart. */
  private static void checkProduct(
      String opcode, int depth, Encoder encoder, boolean floatAccumulator) {
    float[][] a = matrix(ROWS, depth, 1);
    float[][] b = matrix(depth, COLUMNS, 2);
    float[][] c = matrix(ROWS, COLUMNS, 3);
    int registersA = depth / 4;
    int registersB = depth / 8;
    long[] lanes = new long[32 * 8];
    for (int lane = 0; lane < 32; lane++) {
      int[] words = new int[16];
      for (int i = 0; i < 2 * registersA; i++) {
        float value = a[rowA16(lane, i)][columnA16(lane, i)];
        words[i / 2] |= encoder.bits(value) << 16 * (i & 1);
      }
      for (int i = 0; i < 2 * registersB; i++) {
        words[4 + i / 2] |= encoder.bits(b[rowB16(lane, i)][lane / 4]) << 16 * (i & 1);
      }
      for (int i = 0; i < 4; i++) {
        float value = c[rowC(lane, i)][columnC(lane, i)];
        if (floatAccumulator) {
          words[8 + i] = Float.floatToIntBits(value);
        } else {
          words[8 + i / 2] |= encoder.bits(value) << 16 * (i & 1);
        }
      }
      pack(words, lanes, lane);
    }
    String aList = registersA == 4 ? "{%r0, %r1, %r2, %r3}" : "{%r0, %r1}";
    String bList = registersB == 2 ? "{%r4, %r5}" : "{%r4}";
    String cList = floatAccumulator ? "{%r8, %r9, %r10, %r11}" : "{%r8, %r9}";
    int[][] results = runProduct(opcode, aList, bList, cList, lanes);
    float[][] expected = product(a, b, c);
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < 4; i++) {
        float actual =
            floatAccumulator
                ? Float.intBitsToFloat(results[lane][i])
                : Float.float16ToFloat((short) (results[lane][i / 2] >>> 16 * (i & 1)));
        assertEquals(expected[rowC(lane, i)][columnC(lane, i)], actual, opcode + " lane " + lane);
      }
    }
  }

  private static void pack(int[] words, long[] lanes, int lane) {
    for (int i = 0; i < 8; i++) {
      lanes[lane * 8 + i] = words[2 * i] & 0xFFFFFFFFL | (long) words[2 * i + 1] << 32;
    }
  }

  /** Results d0 to d3 of all lanes, from one run per pair of registers. */
  private static int[][] runProduct(String opcode, String a, String b, String c, long[] lanes) {
    int[][] results = new int[32][4];
    for (int pair = 0; pair < 2; pair++) {
      long[] out =
          new Snippet(
                  "mad.wide.u32 %in, %n, 56, %in;",
                  "ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%in];",
                  "ld.global.v4.u32 {%r4, %r5, %r6, %r7}, [%in+16];",
                  "ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%in+32];",
                  opcode + " " + c + ", " + a + ", " + b + ", " + c + ";",
                  "st.global.v2.u32 [%out], {%r" + (8 + 2 * pair) + ", %r" + (9 + 2 * pair) + "};")
              .run(lanes);
      for (int lane = 0; lane < 32; lane++) {
        results[lane][2 * pair] = (int) out[lane];
        results[lane][2 * pair + 1] = (int) (out[lane] >>> 32);
      }
    }
    return results;
  }

  @Test
  void productsOf16BitElements() {
    String prefix = "mma.sync.aligned.m16n8k";
    checkProduct(prefix + "16.row.col.f32.bf16.bf16.f32", 16, MatrixLayoutTest::bf16, true);
    checkProduct(prefix + "8.row.col.f32.bf16.bf16.f32", 8, MatrixLayoutTest::bf16, true);
    checkProduct(prefix + "16.row.col.f32.f16.f16.f32", 16, MatrixLayoutTest::f16, true);
    checkProduct(prefix + "16.row.col.f16.f16.f16.f16", 16, MatrixLayoutTest::f16, false);
  }

  @Test
  void productsOfTf32() {
    for (int depth = 4; depth <= 8; depth += 4) {
      float[][] a = matrix(ROWS, depth, 4);
      float[][] b = matrix(depth, COLUMNS, 5);
      float[][] c = matrix(ROWS, COLUMNS, 6);
      long[] lanes = new long[32 * 8];
      for (int lane = 0; lane < 32; lane++) {
        int[] words = new int[16];
        for (int i = 0; i < depth / 2; i++) {
          int[] place = placeATf32(lane, i);
          words[i] = Float.floatToIntBits(a[place[0]][place[1]]);
        }
        for (int i = 0; i < depth / 4; i++) {
          words[4 + i] = Float.floatToIntBits(b[lane % 4 + 4 * i][lane / 4]);
        }
        for (int i = 0; i < 4; i++) {
          words[8 + i] = Float.floatToIntBits(c[rowC(lane, i)][columnC(lane, i)]);
        }
        pack(words, lanes, lane);
      }
      int[][] results =
          runProduct(
              "mma.sync.aligned.m16n8k" + depth + ".row.col.f32.tf32.tf32.f32",
              depth == 8 ? "{%r0, %r1, %r2, %r3}" : "{%r0, %r1}",
              depth == 8 ? "{%r4, %r5}" : "{%r4}",
              "{%r8, %r9, %r10, %r11}",
              lanes);
      float[][] expected = product(a, b, c);
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 4; i++) {
          assertEquals(
              expected[rowC(lane, i)][columnC(lane, i)],
              Float.intBitsToFloat(results[lane][i]),
              "k" + depth + " lane " + lane);
        }
      }
    }
  }

  /**
   * Four matrices of 8 x 8 in shared memory, element (m, row, column) being 100 m + 10 row +
   * column; thread 8 m + row names the row. Thread l gets elements 2 (l mod 4) and the next one of
   * row l / 4, or with {@code .trans} of column l / 4.
   */
  @Test
  void matricesFromSharedMemory() {
    for (int count = 1; count <= 4; count *= 2) {
      for (boolean transposed : new boolean[] {false, true}) {
        for (int matrix = 0; matrix < count; matrix++) {
          checkMatrix(count, transposed, matrix);
        }
      }
    }
  }

  private static void checkMatrix(int count, boolean transposed, int matrix) {
    String list = count == 1 ? "{%r10}" : count == 2 ? "{%r10, %r11}" : "{%r10, %r11, %r12, %r13}";
    long[] out =
        Snippet.with(
                ".shared .align 16 .b8 tile[512];",
                storeTile(),
                "bar.warp.sync -1;",
                "ldmatrix.sync.aligned.m8n8.x"
                    + count
                    + (transposed ? ".trans" : "")
                    + ".shared.b16 "
                    + list
                    + ", [%r2];",
                "st.global.u32 [%out], %r" + (10 + matrix) + ";")
            .run();
    for (int lane = 0; lane < 32; lane++) {
      int major = lane / 4;
      int minor = lane % 4 * 2;
      int first = 100 * matrix + (transposed ? 10 * minor + major : 10 * major + minor);
      int second = first + (transposed ? 10 : 1);
      assertEquals(first | second << 16, out[lane], "x" + count + " lane " + lane);
    }
  }

  /** Each thread writes its row of 8 elements, and keeps the row's address in %r2. */
  private static String storeTile() {
    return """
    mov.u32 %r1, tile;
    shl.b32 %r2, %n, 4;
    add.s32 %r2, %r1, %r2;
    shr.u32 %r3, %n, 3;
    and.b32 %r4, %n, 7;
    mul.lo.s32 %r3, %r3, 100;
    mad.lo.s32 %r3, %r4, 10, %r3;
    add.s32 %r4, %r3, 1;
    shl.b32 %r4, %r4, 16;
    or.b32 %r5, %r3, %r4;
    add.s32 %r6, %r5, 0x20002;
    add.s32 %r7, %r6, 0x20002;
    add.s32 %r8, %r7, 0x20002;
    st.shared.v4.u32 [%r2], {%r5, %r6, %r7, %r8};
    """;
  }
}
