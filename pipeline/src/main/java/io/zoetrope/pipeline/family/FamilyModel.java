package io.zoetrope.pipeline.family;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.vae.VideoCodec;
import java.util.List;

/**
 * A model of a family: all that a family has to say. What happens between its parts is the same for
 * every family. Making one reads configurations, and neither weights nor a device.
 */
public interface FamilyModel {
  /** Name of the model, for people and for the provenance. */
  String name();

  /** Name of the pipeline's class in diffusers, for people and for the provenance. */
  String pipelineClass();

  /** The number formats that it computes in. */
  ModelPrecision precision();

  /** A request with the model's defaults. */
  GenerationRequest defaults();

  /** What the model does with inputs, beside making video from text. */
  List<Task<?>> tasks();

  /** The sizes that it makes. */
  VideoGeometry geometry();

  /** How it takes prompts. */
  TextContract text();

  /**
   * How many tokens a prompt has before it is cut, the closing one among them. Models that cut no
   * prompts need not count: theirs have 0.
   */
  default int promptTokens(String prompt) {
    return 0;
  }

  /** Prompts to embeddings. */
  Component<PromptEncoder> textEncoder();

  /** Noise to latents. */
  Component<Predictor> predictor();

  /** Latents to pixels, and back. */
  Component<VideoCodec> codec();

  /**
   * The noise schedule and the solver of a request.
   *
   * @throws io.zoetrope.config.ConfigException if the model's schedule can't be what is asked for
   */
  SchedulerConfig scheduler(GenerationRequest request);
}
