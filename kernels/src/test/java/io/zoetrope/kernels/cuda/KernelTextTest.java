package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import org.junit.jupiter.api.Test;

class KernelTextTest {
  /** A kernel as a compiler may write it: bounds on either side, through moves and conversions. */
  private static final String PTX =
      """
      .visible .entry scale(
      	.param .u64 scale_param_0,
      	.param .u32 scale_param_1,
      	.param .u32 scale_param_2
      )
      {
      	ld.param.u32 	%r1, [scale_param_1];
      	ld.param.u32 	%r9, [scale_param_2];
      	mov.u32 	%r2, %tid.x;
      	setp.ge.s32 	%p1, %r2, %r1;
      	cvt.s64.s32 	%rd1, %r1;
      	shl.b64 	%rd2, %rd1, 3;
      	mul.wide.s32 	%rd4, %r1, %r9;
      	cvt.u64.u32 	%rd3, %r2;
      	setp.gt.s64 	%p2, %rd2, %rd3;
      	setp.lt.s64 	%p3, %rd3, %rd4;
      	setp.ne.s32 	%p4, %r2, %r1;
      	@%p1 bra 	$L1;
      	ld.global.u32 	%r3, [%rd1];
      	setp.lt.s32 	%p5, %r2, %r3;
      $L1:
      	ret;
      }
      """;

  private final KernelText text = new KernelText("scale", PTX);

  private List<String> comparisonsWith(String... parameters) {
    return text.comparisonsWith(Set.of(parameters)).stream()
        .map(MatchResult::group)
        .map(place -> place.replaceAll("\\s+", " "))
        .toList();
  }

  @Test
  void boundsAreKnownByTheParametersThatTheyComeFrom() {
    assertEquals(
        List.of("setp.ge.s32 %p1, %r2, %r1;", "setp.gt.s64 %p2, %rd2, %rd3;"),
        comparisonsWith("scale_param_1"));
    assertEquals(
        List.of("setp.lt.s64 %p3, %rd3, %rd4;"), comparisonsWith("scale_param_1", "scale_param_2"));
    assertEquals(List.of(), comparisonsWith("scale_param_2"));
  }

  @Test
  void onlyTheChosenPlacesChange() {
    List<MatchResult> places = text.comparisonsWith(Set.of("scale_param_1"));
    String changed = text.replaced(places, place -> place.replace("setp.g", "setp.l"));
    assertEquals(PTX.replace("setp.ge", "setp.le").replace("setp.gt", "setp.lt"), changed);
  }
}
