package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** CogVideoX for text to video, saved for {@code CogVideoXVideoToVideoPipeline} of diffusers. */
public final class CogVideoXVideoToVideoFamily implements Family {
  @Override
  public String pipelineClass() {
    return "CogVideoXVideoToVideoPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return CogVideoXModel.read(model, precision);
  }
}
