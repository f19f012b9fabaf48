package io.zoetrope.pipeline.family.wan;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.names.WanNames;
import java.util.function.UnaryOperator;

/** Wan, image to video ({@code WanImageToVideoPipeline} in diffusers). */
public final class WanImageToVideoFamily implements Family {
  static final String PIPELINE_CLASS = "WanImageToVideoPipeline";

  @Override
  public String pipelineClass() {
    return PIPELINE_CLASS;
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
