package io.zoetrope.pipeline.family.latte;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** Latte, text to video ({@code LattePipeline} in diffusers). */
public final class LatteFamily implements Family {
  @Override
  public String pipelineClass() {
    return "LattePipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return LatteModel.read(model, precision);
  }
}
