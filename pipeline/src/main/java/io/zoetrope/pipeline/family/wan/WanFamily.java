package io.zoetrope.pipeline.family.wan;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.names.WanNames;
import java.util.function.UnaryOperator;

/** Wan, text to video ({@code WanPipeline} in diffusers). */
public final class WanFamily implements Family {
  @Override
  public String pipelineClass() {
    return "WanPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return WanModel.read(model, precision);
  }

  @Override
  public UnaryOperator<String> originalNames() {
    return WanNames.originalOfTransformer();
  }
}
