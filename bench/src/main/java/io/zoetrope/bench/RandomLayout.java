package io.zoetrope.bench;

import io.zoetrope.pipeline.family.FamilyModel;
import java.io.IOException;
import java.nio.file.Path;

/** How a model of random weights is laid out in a folder. */
interface RandomLayout {
  /**
   * Writes the weights of a model.
   *
   * @param folder with the model's configurations, tokenizer and index, in the layout of diffusers;
   *     what does not belong to the layout is removed from it
   */
  void write(Path folder, FamilyModel model) throws IOException;
}
