package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** LTX-Video 0.9.0 and 0.9.1 ({@code LTXPipeline} in diffusers). */
public final class LTXFamily implements Family {
  @Override
  public String pipelineClass() {
    return "LTXPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return LTXModel.read(model, precision);
  }
}
