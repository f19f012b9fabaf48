package io.zoetrope.pipeline.family;

import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.wan.WanFamily;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.vae.VideoCodec;
import java.util.List;

/**
 * A family that tests add with this class and a line: models as Wan's that take no inputs, and no
 * prompts but of eight tokens.
 */
public final class PlainFamily implements Family {
  @Override
  public String pipelineClass() {
    return "PlainPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return new Plain(new WanFamily().read(model, precision));
  }

  private record Plain(FamilyModel wan) implements FamilyModel {
    @Override
    public String pipelineClass() {
      return "PlainPipeline";
    }

    @Override
    public String name() {
      return wan.name();
    }

    @Override
    public ModelPrecision precision() {
      return wan.precision();
    }

    @Override
    public GenerationRequest defaults() {
      return wan.defaults();
    }

    @Override
    public List<Task> tasks() {
      return List.of(Task.TEXT_TO_VIDEO);
    }

    @Override
    public VideoGeometry geometry() {
      return wan.geometry();
    }

    @Override
    public TextContract text() {
      return new TextContract(wan.text().cleaning(), 8, 8, wan.text().features());
    }

    @Override
    public PromptTokens tokens(String prompt, int length) {
      return wan.tokens(prompt, length);
    }

    @Override
    public Component<PromptEncoder> textEncoder() {
      return wan.textEncoder();
    }

    @Override
    public Component<Predictor> predictor() {
      return wan.predictor();
    }

    @Override
    public Component<VideoCodec> codec() {
      return wan.codec();
    }

    @Override
    public SchedulerConfig schedulerConfig() {
      return wan.schedulerConfig();
    }
  }
}
