package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Predictor;

/**
 * A predictor and the noise levels that it takes: all of them, or a share.
 *
 * @param number from 0, the noisiest first
 * @param part the predictor
 * @param below timesteps from here on are another's; infinite for the first expert
 * @param least the least timestep that is its own; 0 for the last expert
 * @param guidanceScale weight of the prompt against the negative prompt
 */
record Expert(int number, Part<Predictor> part, double below, double least, double guidanceScale) {
  /** The steps that are its own, of a schedule whose timesteps do not rise. */
  StepRange steps(float[] timesteps) {
    return new StepRange(firstBelow(timesteps, below), firstBelow(timesteps, least));
  }

  private static int firstBelow(float[] timesteps, double bound) {
    int step = 0;
    while (step < timesteps.length && timesteps[step] >= bound) {
      step++;
    }
    return step;
  }
}
