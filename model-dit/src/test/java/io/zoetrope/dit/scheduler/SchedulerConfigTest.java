package io.zoetrope.dit.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerConfig.FinalSigmasType;
import io.zoetrope.dit.scheduler.SchedulerConfig.SolverType;
import io.zoetrope.dit.scheduler.SchedulerConfig.TimeShiftType;
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

class SchedulerConfigTest {
  /** A configuration of only the required settings and the given ones, of which it may be null. */
  static SchedulerConfig parse(SchedulerKind kind, String... fields) {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    if (kind != SchedulerKind.EULER) {
      json.put("prediction_type", "flow_prediction").put("use_flow_sigmas", true);
    }
    json.setAll(JsonConfig.parse("test", "{" + String.join(", ", fields) + "}").json());
    return SchedulerConfig.parse(kind, json);
  }

  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    SchedulerConfig expected =
        new SchedulerConfig(
            SchedulerKind.UNIPC,
            1000,
            1.0,
            false,
            TimeShiftType.EXPONENTIAL,
            OptionalDouble.empty(),
            0.5,
            1.15,
            256,
            4096,
            2,
            SolverType.BH2,
            true,
            List.of(),
            FinalSigmasType.ZERO);
    assertEquals(expected, parse(SchedulerKind.UNIPC));
    assertEquals(expected.withKind(SchedulerKind.EULER), parse(SchedulerKind.EULER));
    assertEquals(expected.withKind(SchedulerKind.DPM_SOLVER), parse(SchedulerKind.DPM_SOLVER));
    assertEquals(SolverType.MIDPOINT, parse(SchedulerKind.DPM_SOLVER).solverType());
  }

  @Test
  void readsTheConfigurationOfACheckpoint() {
    SchedulerConfig config =
        SchedulerConfig.read(Fixtures.path("wan21-t2v-tiny/scheduler/scheduler_config.json"));
    assertEquals(parse(SchedulerKind.UNIPC, "\"flow_shift\": 3.0"), config);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "UNIPC|'prediction_type': 'epsilon'|prediction_type is \"epsilon\"; supported: flow_prediction",
        "UNIPC|'use_flow_sigmas': false|use_flow_sigmas is false; supported: true",
        "UNIPC|'thresholding': true|thresholding is true; supported: false",
        "UNIPC|'predict_x0': false|predict_x0 is false; supported: true",
        "UNIPC|'solver_p': {}|solver_p is {}; supported: null",
        "UNIPC|'solver_order': 4|solver_order is 4; supported: integers from 1 to 3",
        "UNIPC|'solver_order': null|solver_order is null; supported: integers from 1 to 3",
        "UNIPC|'solver_type': 'bh3'|solver_type is \"bh3\"; supported: bh1, bh2, midpoint",
        "UNIPC|'disable_corrector': [0, 1.5]|disable_corrector is [0,1.5]; supported: lists of",
        "UNIPC|'timestep_spacing': 'even'|timestep_spacing is \"even\"; supported: linspace",
        "UNIPC|'final_sigmas_type': 'one'|final_sigmas_type is \"one\"; supported: zero, sigma_min",
        "UNIPC|'lower_order_final': 'no'|lower_order_final is \"no\"; supported: true, false",
        "UNIPC|'lower_order_final': false|lower_order_final with solver_order 2",
        "UNIPC|'flow_shift': 0|the flow shift is 0.0; supported: finite numbers above 0",
        "UNIPC|'flow_shift': '3'|flow_shift is \"3\"; supported: finite numbers",
        "UNIPC|'shift_terminal': 1.0|shift_terminal is 1.0; supported: null, numbers between",
        "UNIPC|'num_train_timesteps': 0|num_train_timesteps is 0; supported: integers from 1",
        "UNIPC|'use_karras_sigmas': true|use_karras_sigmas is true; supported: false",
        "UNIPC|'clip_sample': true|unknown field clip_sample is true",
        "EULER|'use_beta_sigmas': true|use_beta_sigmas is true; supported: false",
        "EULER|'use_exponential_sigmas': true|use_exponential_sigmas is true; supported: false",
        "EULER|'invert_sigmas': true|invert_sigmas is true; supported: false",
        "EULER|'stochastic_sampling': true|stochastic_sampling is true; supported: false",
        "EULER|'time_shift_type': 'log'|time_shift_type is \"log\"; supported: exponential, linear",
        "DPM_SOLVER|'algorithm_type': 'sde-dpmsolver++'|algorithm_type is \"sde-dpmsolver++\"; supported",
        "DPM_SOLVER|'final_sigmas_type': 'sigma_min'|final_sigmas_type is sigma_min; supported: zero",
        "DPM_SOLVER|'shift_terminal': 0.1|shift_terminal is 0.1; supported: null",
        "DPM_SOLVER|'use_lu_lambdas': true|use_lu_lambdas is true; supported: false",
        "DPM_SOLVER|'use_dynamic_shifting': true, 'time_shift_type': 'linear'|time_shift_type is linear",
      })
  void refusesWhatItCannotHonour(SchedulerKind kind, String field, String message) {
    String json = field.replace('\'', '"');
    ConfigException e = assertThrows(ConfigException.class, () -> parse(kind, json));
    assertTrue(
        e.getMessage().startsWith(kind.className() + ": ") && e.getMessage().contains(message),
        e.getMessage());
  }

  @Test
  void aMissingRequiredSettingIsNamedWithItsDefault() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> SchedulerConfig.parse(SchedulerKind.UNIPC, JsonConfig.MAPPER.createObjectNode()));
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
        "{\"_class_name\": \"DDIMScheduler\"}|unknown scheduler class 'DDIMScheduler'; supported: UniPC",
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
    assertEquals(
        parse(SchedulerKind.UNIPC),
        parse(SchedulerKind.UNIPC, "\"shift\": 7.0", "\"invert_sigmas\": true"));
  }

  @Test
  void anotherKindKeepsTheSharedSettings() {
    SchedulerConfig unipc =
        parse(
            SchedulerKind.UNIPC,
            "\"flow_shift\": 5.0",
            "\"solver_order\": 3",
            "\"solver_type\": \"bh1\"");
    assertEquals(
        parse(SchedulerKind.DPM_SOLVER, "\"flow_shift\": 5.0", "\"solver_order\": 3"),
        unipc.withKind(SchedulerKind.DPM_SOLVER));
    assertEquals(5.0, unipc.withKind(SchedulerKind.EULER).flowShift());
    assertEquals(SolverType.BH1, unipc.withFlowShift(8).solverType());
    assertEquals(8.0, unipc.withFlowShift(8).flowShift());
  }

  @Test
  void aDynamicShiftCannotBeReplacedByAStaticOne() {
    SchedulerConfig config = parse(SchedulerKind.EULER, "\"use_dynamic_shifting\": true");
    assertThrows(ConfigException.class, () -> config.withFlowShift(3));
  }

  @ParameterizedTest
  @CsvSource({"unipc, UNIPC", "euler, EULER", "dpm++, DPM_SOLVER"})
  void kindsHaveShortNames(String option, SchedulerKind kind) {
    assertEquals(kind, SchedulerKind.ofOption(option));
    assertEquals(option, kind.optionName());
  }

  @Test
  void anUnknownShortNameListsTheKnownOnes() {
    ConfigException e = assertThrows(ConfigException.class, () -> SchedulerKind.ofOption("ddim"));
    assertEquals("unknown scheduler 'ddim'; supported: unipc, euler, dpm++", e.getMessage());
  }
}
