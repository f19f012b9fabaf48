package io.zoetrope.kernels.emulator.opcodes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.Snippet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Fragment layouts of {@code mma}, {@code ldmatrix} and {@code shfl}, written out from the text of
 * the PTX ISA ("Matrix Fragments for mma.m16n8k16", "ldmatrix") with its names: groupID = lane / 4,
 * threadID_in_group = lane mod 4, element a_i, b_i, c_i.
 */
class MatrixLayoutTest {
  private static final int ROWS = 16;
  private static final int COLUMNS = 8;
  private static final int DEPTH = 16;

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

  /** Row of accumulator c_i, of 16 x 8. */
  private static int rowC(int lane, int i) {
    return i < 2 ? lane / 4 : lane / 4 + 8;
  }

  /** Column of accumulator c_i. */
  private static int columnC(int lane, int i) {
    return lane % 4 * 2 + (i & 1);
  }

  /** Small integers: exact in BF16, and so are their sums of products. */
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

  private static int bf16(float value) {
    return Float.floatToIntBits(value) >>> 16;
  }

  /** Words of a lane: the registers of A from 0 on, those of B from 4, the accumulators from 8. */
  private static int[] fragments(int lane, float[][] a, float[][] b, float[][] c) {
    int[] words = new int[16];
    for (int i = 0; i < 8; i++) {
      words[i / 2] |= bf16(a[rowA16(lane, i)][columnA16(lane, i)]) << 16 * (i & 1);
    }
    for (int i = 0; i < 4; i++) {
      words[4 + i / 2] |= bf16(b[rowB16(lane, i)][lane / 4]) << 16 * (i & 1);
      words[8 + i] = Float.floatToIntBits(c[rowC(lane, i)][columnC(lane, i)]);
    }
    return words;
  }

  @Test
  void products() {
    float[][] a = matrix(ROWS, DEPTH, 1);
    float[][] b = matrix(DEPTH, COLUMNS, 2);
    float[][] c = matrix(ROWS, COLUMNS, 3);
    long[] lanes = new long[32 * 8];
    for (int lane = 0; lane < 32; lane++) {
      int[] words = fragments(lane, a, b, c);
      for (int i = 0; i < 8; i++) {
        lanes[lane * 8 + i] = words[2 * i] & 0xFFFFFFFFL | (long) words[2 * i + 1] << 32;
      }
    }
    float[][] expected = product(a, b, c);
    for (int pair = 0; pair < 2; pair++) {
      long[] out =
          new Snippet(
                  "mad.wide.u32 %in, %n, 56, %in;",
                  "ld.global.v4.u32 {%r0, %r1, %r2, %r3}, [%in];",
                  "ld.global.v4.u32 {%r4, %r5, %r6, %r7}, [%in+16];",
                  "ld.global.v4.u32 {%r8, %r9, %r10, %r11}, [%in+32];",
                  "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r8, %r9, %r10, %r11}, "
                      + "{%r0, %r1, %r2, %r3}, {%r4, %r5}, {%r8, %r9, %r10, %r11};",
                  "st.global.v2.u32 [%out], {%r" + (8 + 2 * pair) + ", %r" + (9 + 2 * pair) + "};")
              .run(lanes);
      for (int lane = 0; lane < 32; lane++) {
        for (int i = 0; i < 2; i++) {
          int element = 2 * pair + i;
          assertEquals(
              expected[rowC(lane, element)][columnC(lane, element)],
              Float.intBitsToFloat((int) (out[lane] >>> 32 * i)),
              "lane " + lane);
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
