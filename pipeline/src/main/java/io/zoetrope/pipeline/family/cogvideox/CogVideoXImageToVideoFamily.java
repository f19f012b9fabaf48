package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** CogVideoX, image to video ({@code CogVideoXImageToVideoPipeline} in diffusers). */
public final class CogVideoXImageToVideoFamily implements Family {
  static final String PIPELINE_CLASS = "CogVideoXImageToVideoPipeline";

  @Override
  public String pipelineClass() {
    return PIPELINE_CLASS;
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return CogVideoXModel.read(model, precision);
  }
}
