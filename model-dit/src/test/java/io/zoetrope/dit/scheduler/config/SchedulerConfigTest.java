package io.zoetrope.dit.scheduler.config;

import static io.zoetrope.dit.scheduler.SchedulerConfigs.parse;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerConfigTest {
  private static float[] sigmas(SchedulerConfig config, int steps) {
    try (Scheduler scheduler = config.scheduler()) {
      scheduler.setTimesteps(steps);
      return scheduler.sigmas();
    }
  }

  private static void assertSameSigmas(SchedulerConfig expected, SchedulerConfig actual) {
    assertEquals(expected.kind(), actual.kind());
    assertArrayEquals(sigmas(expected, 7), sigmas(actual, 7));
  }

  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    assertSameSigmas(
        parse(
            "unipc",
            "'num_train_timesteps': 1000",
            "'flow_shift': 1.0",
            "'use_dynamic_shifting': false",
            "'shift_terminal': null",
            "'solver_order': 2",
            "'final_sigmas_type': 'zero'"),
        parse("unipc"));
    assertSameSigmas(parse("euler", "'shift': 1.0"), parse("euler"));
    assertEquals(OptionalDouble.of(1.0), parse("dpm++").flowShift());
    assertEquals(OptionalDouble.empty(), parse("ddim").flowShift());
  }

  @Test
  void readsTheConfigurationOfACheckpoint() {
    SchedulerConfig config =
        SchedulerConfig.read(Fixtures.path("wan21-t2v-tiny/scheduler/scheduler_config.json"));
    assertSameSigmas(parse("unipc", "'flow_shift': 3.0"), config);
    assertEquals(List.of(), config.warnings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "unipc|'prediction_type': 'epsilon'|prediction_type is \"epsilon\"; supported: flow_prediction",
        "unipc|'use_flow_sigmas': false|use_flow_sigmas is false; supported: true",
        "unipc|'thresholding': true|thresholding is true; supported: false",
        "unipc|'predict_x0': false|predict_x0 is false; supported: true",
        "unipc|'solver_p': {}|solver_p is {}; supported: null",
        "unipc|'solver_order': 4|solver_order is 4; supported: integers from 1 to 3",
        "unipc|'solver_order': null|solver_order is null; supported: integers from 1 to 3",
        "unipc|'solver_type': 'bh3'|solver_type is \"bh3\"; supported: bh1, bh2, midpoint",
        "unipc|'disable_corrector': [0, 1.5]|disable_corrector is [0,1.5]; supported: lists of",
        "unipc|'timestep_spacing': 'even'|timestep_spacing is \"even\"; supported: linspace",
        "unipc|'final_sigmas_type': 'one'|final_sigmas_type is \"one\"; supported: zero, sigma_min",
        "unipc|'lower_order_final': 'no'|lower_order_final is \"no\"; supported: true, false",
        "unipc|'lower_order_final': false|lower_order_final with solver_order 2",
        "unipc|'flow_shift': 0|flow_shift is 0; supported: finite numbers above 0",
        "unipc|'flow_shift': '3'|flow_shift is \"3\"; supported: finite numbers",
        "unipc|'shift_terminal': 1.0|shift_terminal is 1.0; supported: null, numbers between",
        "unipc|'num_train_timesteps': 0|num_train_timesteps is 0; supported: integers from 1",
        "unipc|'use_karras_sigmas': true|use_karras_sigmas is true; supported: false",
        "euler|'use_beta_sigmas': true|use_beta_sigmas is true; supported: false",
        "euler|'use_exponential_sigmas': true|use_exponential_sigmas is true; supported: false",
        "euler|'invert_sigmas': true|invert_sigmas is true; supported: false",
        "lcm|'scale_factors': [0.5]|scale_factors is [0.5]; supported: null",
        "euler|'time_shift_type': 'log'|time_shift_type is \"log\"; supported: exponential, linear",
        "euler|'base_image_seq_len': 0|base_image_seq_len is 0; supported: positive integers",
        "dpm++|'algorithm_type': 'sde-dpmsolver++'|algorithm_type is \"sde-dpmsolver++\"; supported",
        "dpm++|'final_sigmas_type': 'sigma_min'|final_sigmas_type is \"sigma_min\"; supported: zero",
        "dpm++|'use_lu_lambdas': true|use_lu_lambdas is true; supported: false",
        "ddim|'thresholding': true|thresholding is true; supported: false",
        "ddim|'trained_betas': [0.1]|trained_betas is [0.1]; supported: null",
        "ddim|'beta_schedule': 'sigmoid'|beta_schedule is \"sigmoid\"; supported: linear",
        "ddim|'beta_end': 1|beta_end is 1; supported: numbers between 0 and 1",
        "ddim|'prediction_type': 'flow_prediction'|supported: epsilon, sample, v_prediction",
        "ddim|'timestep_spacing': 'even'|supported: linspace, leading, trailing",
        "euler-discrete|'use_karras_sigmas': true|use_karras_sigmas is true; supported: false",
        "euler-discrete|'interpolation_type': 'log_linear'|\"log_linear\"; supported: linear",
        "euler-discrete|'timestep_type': 'continuous'|\"continuous\"; supported: discrete",
        "euler-discrete|'final_sigmas_type': 'last'|\"last\"; supported: zero, sigma_min",
      })
  void refusesWhatItCannotHonour(String kind, String field, String message) {
    ConfigException e = assertThrows(ConfigException.class, () -> parse(kind, field));
    assertTrue(
        e.getMessage().startsWith(Schedulers.ofOption(kind).className() + ": ")
            && e.getMessage().contains(message),
        e.getMessage());
  }

  @Test
  void aMissingRequiredSettingIsNamedWithItsDefault() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () ->
                SchedulerConfig.parse(
                    Schedulers.ofOption("unipc"), JsonConfig.MAPPER.createObjectNode()));
    assertEquals(
        "UniPCMultistepScheduler: prediction_type is missing, which means epsilon; supported:"
            + " flow_prediction",
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"_class_name\": \"P\\u009b31m\\nS\"}|unknown scheduler class 'P\\u009b31m\\u000aS'",
        "{\"_class_name\": \"PNDMScheduler\"}|unknown scheduler class 'PNDMScheduler'; supported: UniPC",
        "{\"shift\": 3}|_class_name is missing",
        "[]|not a JSON object",
        "{\"_class_name\": |malformed JSON",
        "{} {}|malformed JSON at line 1: more than one value",
      })
  void aBadFileIsNamed(String content, String message, @TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("scheduler_config.json"), content);
    ConfigException e = assertThrows(ConfigException.class, () -> SchedulerConfig.read(file));
    assertTrue(
        e.getMessage().startsWith(file + ": ") && e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void fieldsOfTheClassAFileWasMadeFromHaveNoEffect() {
    SchedulerConfig config = parse("unipc", "'shift': 7.0", "'invert_sigmas': true", "'_x': 1");
    assertSameSigmas(parse("unipc"), config);
    assertEquals(List.of(), config.warnings());
  }

  @ParameterizedTest
  @ValueSource(strings = {"unipc", "euler", "dpm++"})
  void fieldsThatNoClassHereKnowsAreIgnoredWithAWarning(String kind) {
    SchedulerConfig config = parse(kind, "'noise_type': 'discrete'", "'ramp_type': 'linear'");
    assertSameSigmas(parse(kind), config);
    String name = Schedulers.ofOption(kind).className();
    assertEquals(
        List.of(
            name + ": does not know the field noise_type, which is ignored",
            name + ": does not know the field ramp_type, which is ignored"),
        config.warnings());
  }

  @Test
  void dpmSolverIgnoresDynamicShiftingAndTheTerminalSigma() {
    SchedulerConfig dynamic =
        parse("unipc", "'flow_shift': 5", "'use_dynamic_shifting': true", "'shift_terminal': 0.1")
            .withKind(Schedulers.ofOption("dpm++"));
    assertSameSigmas(parse("dpm++", "'flow_shift': 5"), dynamic);
    assertSameSigmas(parse("dpm++", "'flow_shift': 7"), dynamic.withFlowShift(7));
    assertEquals(1, dynamic.warnings().size());
    assertTrue(dynamic.warnings().getFirst().contains("use_dynamic_shifting has no effect"));
  }

  @Test
  void anotherKindKeepsTheSharedSettings() {
    SchedulerConfig unipc =
        parse("unipc", "'flow_shift': 5.0", "'solver_order': 3", "'solver_type': 'bh1'");
    SchedulerConfig dpm = unipc.withKind(Schedulers.ofOption("dpm++"));
    assertSameSigmas(parse("dpm++", "'flow_shift': 5.0"), dpm);
    assertEquals(4, dpm.scheduler().stepsToFullMemory());
    SchedulerConfig euler = unipc.withKind(Schedulers.ofOption("euler"));
    assertSameSigmas(parse("euler", "'shift': 5.0"), euler);
    assertSameSigmas(
        parse("unipc", "'flow_shift': 5.0"),
        parse("euler", "'shift': 5").withKind(Schedulers.ofOption("unipc")));
    assertSameSigmas(parse("euler", "'shift': 8"), euler.withFlowShift(8));
    assertEquals(OptionalDouble.of(8), unipc.withFlowShift(8).flowShift());
    assertEquals(OptionalDouble.of(5), unipc.withKind(unipc.kind()).flowShift());
  }

  @Test
  void modelsOfOneKindTakeNoSchedulersOfTheOther() {
    ConfigException e =
        assertThrows(
            ConfigException.class, () -> parse("unipc").withKind(Schedulers.ofOption("ddim")));
    assertEquals(
        "DDIMScheduler is for models that predict noise at discrete timesteps, and the model's"
            + " scheduler is UniPCMultistepScheduler: only its kind can stand in",
        e.getMessage());
    assertThrows(ConfigException.class, () -> parse("ddim").withKind(Schedulers.ofOption("euler")));
    assertThrows(ConfigException.class, () -> parse("ddim").withFlowShift(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"euler", "unipc"})
  void aDynamicShiftCannotBeReplacedByAStaticOne(String kind) {
    SchedulerConfig config = parse(kind, "'use_dynamic_shifting': true");
    assertThrows(ConfigException.class, () -> config.withFlowShift(3));
  }

  @ParameterizedTest
  @CsvSource({
    "unipc, UniPCMultistepScheduler, true",
    "euler, FlowMatchEulerDiscreteScheduler, true",
    "dpm++, DPMSolverMultistepScheduler, true",
    "ddim, DDIMScheduler, false"
  })
  void kindsHaveShortNames(String option, String className, boolean flow) {
    assertEquals(Schedulers.ofOption(option), Schedulers.ofClassName(className));
    assertEquals(flow, Schedulers.ofOption(option).matchesFlows());
    assertEquals(flow, List.of(Schedulers.flowClassNames()).contains(className));
  }

  @Test
  void anUnknownShortNameListsTheKnownOnes() {
    ConfigException e = assertThrows(ConfigException.class, () -> Schedulers.ofOption("pndm"));
    assertEquals(
        "unknown scheduler 'pndm'; supported: unipc, euler, dpm++, lcm, ddim, euler-discrete, "
            + "cogvideox-ddim, cogvideox-dpm",
        e.getMessage());
  }
}
