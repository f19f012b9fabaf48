package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** CogVideoX, text to video ({@code CogVideoXPipeline} in diffusers). */
public final class CogVideoXFamily implements Family {
  @Override
  public String pipelineClass() {
    return "CogVideoXPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return CogVideoXModel.read(model, precision);
  }
}
