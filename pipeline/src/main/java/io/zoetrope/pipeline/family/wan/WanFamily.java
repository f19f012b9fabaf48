package io.zoetrope.pipeline.family.wan;

import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;

/** Wan 2.1, text to video and video to video ({@code WanPipeline} in diffusers). */
public final class WanFamily implements Family {
  static final String PIPELINE_CLASS = "WanPipeline";

  @Override
  public String pipelineClass() {
    return PIPELINE_CLASS;
  }

  @Override
  public FamilyModel read(ModelFolder folder, ModelPrecision precision) {
    return WanModel.read(folder, precision);
  }
}
