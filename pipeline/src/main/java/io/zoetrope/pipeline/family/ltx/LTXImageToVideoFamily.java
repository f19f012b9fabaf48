package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelSource;

/** The same models, saved from {@code LTXImageToVideoPipeline}. */
public final class LTXImageToVideoFamily implements Family {
  @Override
  public String pipelineClass() {
    return "LTXImageToVideoPipeline";
  }

  @Override
  public FamilyModel read(ModelSource model, ModelPrecision precision) {
    return LTXModel.read(model, precision);
  }
}
