package io.zoetrope.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.bench.Main;
import io.zoetrope.clip.ClipVisionModel;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.hub.ModelName;
import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.server.ZoetropeServer;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.selftest.SelfTest;
import io.zoetrope.vae.wan.WanVaeConfig;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the arrows between the packages of all modules, as compiled classes show them. */
class PackageArrowsTest {
  /** One class of each module. */
  private static final List<Class<?>> WITNESSES =
      List.of(
          Tensor.class,
          CudaBackend.class,
          ClipVisionModel.class,
          WanTransformer.class,
          WanVaeConfig.class,
          T5Tokenizer.class,
          ModelName.class,
          GenerationRequest.class,
          ZoetropeServer.class,
          SelfTest.class,
          Main.class);

  private static final AllowedArrows ALLOWED = new AllowedArrows();
  private static final Set<Arrow> ARROWS =
      WITNESSES.stream()
          .flatMap(witness -> ClassReader.arrowsOf(witness).stream())
          .filter(arrow -> !arrow.fromPackage().endsWith(".jmh_generated"))
          .collect(Collectors.toSet());

  @Test
  void usesOnlyWhatIsAllowed() {
    List<String> wrong =
        ARROWS.stream()
            .filter(arrow -> !ALLOWED.permits(arrow))
            .map(Arrow::toString)
            .sorted()
            .toList();
    assertTrue(
        wrong.isEmpty(),
        () ->
            "AllowedArrows does not let these classes use each other:%n  %s"
                .formatted(String.join(System.lineSeparator() + "  ", wrong)));
  }

  @Test
  void hasNoCircles() {
    assertEquals("", new Circles(ARROWS).describe());
  }

  @Test
  void readsWhatIsListed() {
    Set<String> seen =
        ARROWS.stream()
            .flatMap(arrow -> Stream.of(arrow.fromPackage(), arrow.toPackage()))
            .map(ALLOWED::roomOf)
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(ALLOWED.listed()), seen, "listed packages, and those with arrows");
    String kernels = AllowedArrows.ROOT + ".kernels.";
    assertTrue(
        ARROWS.contains(
            new Arrow(kernels + "cpu.jit.op.Products", kernels + "cpu.jit.asm.InstructionSet")));
  }

  @Test
  void modelsDoNotSeeKernels() {
    for (String model : List.of("nn", "dit", "vae", "t5", "pipeline")) {
      assertTrue(
          ALLOWED.uses(model).stream().noneMatch(used -> used.startsWith("kernels")),
          () -> model + " must run on any backend");
    }
  }

  @Test
  void namesTheClassesOfACircle() {
    List<Arrow> arrows =
        List.of(
            new Arrow("a.One", "b.Two"), new Arrow("b.Three", "a.Four"), new Arrow("a.X", "c.Y"));
    String circle = new Circles(arrows).describe();
    assertTrue(circle.contains("a.One -> b.Two") && circle.contains("b.Three -> a.Four"), circle);
    assertTrue(!circle.contains("c.Y"), circle);
  }

  @Test
  void refusesAnArrowThatGoesUp() {
    String root = AllowedArrows.ROOT + ".";
    assertTrue(ALLOWED.permits(new Arrow(root + "dit.wan.A", root + "ops.B")));
    assertTrue(!ALLOWED.permits(new Arrow(root + "ops.A", root + "dit.wan.B")));
    assertTrue(!ALLOWED.permits(new Arrow(root + "dit.wan.A", root + "kernels.cpu.B")));
  }
}
