package io.zoetrope.kernels.cuda.driver;

/** Small kernels for tests of the driver itself. */
final class TestKernels {
  /**
   * {@code scale(float* values, {long first, long count}, float factor, int repeats)} multiplies
   * values[first] to values[first + count - 1] by factor, repeats times.
   */
  static final String SCALE =
      """
      .version 7.0
      .target sm_80
      .address_size 64
      .visible .entry scale(
        .param .u64 scale_values,
        .param .align 8 .b8 scale_range[16],
        .param .f32 scale_factor,
        .param .u32 scale_repeats
      )
      {
        .reg .pred %p<3>;
        .reg .b32 %r<5>;
        .reg .f32 %f<4>;
        .reg .b64 %rd<9>;
        ld.param.u64 %rd1, [scale_values];
        ld.param.u64 %rd2, [scale_range];
        ld.param.u64 %rd3, [scale_range+8];
        ld.param.f32 %f1, [scale_factor];
        ld.param.u32 %r1, [scale_repeats];
        mov.u32 %r2, %tid.x;
        cvt.u64.u32 %rd4, %r2;
        setp.ge.u64 %p1, %rd4, %rd3;
        @%p1 bra DONE;
        add.s64 %rd5, %rd4, %rd2;
        shl.b64 %rd6, %rd5, 2;
        cvta.to.global.u64 %rd7, %rd1;
        add.s64 %rd8, %rd7, %rd6;
        ld.global.f32 %f2, [%rd8];
      AGAIN:
        mul.f32 %f2, %f2, %f1;
        add.s32 %r1, %r1, -1;
        setp.gt.s32 %p2, %r1, 0;
        @%p2 bra AGAIN;
        st.global.f32 [%rd8], %f2;
      DONE:
        ret;
      }
      """;

  private TestKernels() {}
}
