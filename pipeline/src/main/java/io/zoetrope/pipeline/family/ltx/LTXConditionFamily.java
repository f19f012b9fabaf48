package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** LTX-Video from 0.9.5 on ({@code LTXConditionPipeline} in diffusers). */
public final class LTXConditionFamily implements Family {
  static final String PIPELINE_CLASS = "LTXConditionPipeline";

  @Override
  public String pipelineClass() {
    return PIPELINE_CLASS;
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return LTXModel.read(model, precision);
  }
}
