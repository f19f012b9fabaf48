package io.zoetrope.dit.scheduler.discrete;

/**
 * What a model predicts ({@code prediction_type} in diffusers), and how data and noise follow from
 * it and the sample: with a the share of data, {@code sample = sqrt(a) * data + sqrt(1 - a) *
 * noise}.
 */
enum Prediction {
  /** The noise. */
  EPSILON,
  /** The data. */
  SAMPLE,
  /** {@code sqrt(a) * noise - sqrt(1 - a) * data} (Salimans and Ho, 2022). */
  V_PREDICTION;

  /** Weights of the sample and of the model's output. */
  record Weights(double sample, double output) {}

  /** The data at a share of it, which must not be 0 for {@link #EPSILON}. */
  Weights data(double alpha) {
    double data = Math.sqrt(alpha);
    double noise = Math.sqrt(1 - alpha);
    return switch (this) {
      case EPSILON -> new Weights(1 / data, -noise / data);
      case SAMPLE -> new Weights(0, 1);
      case V_PREDICTION -> new Weights(data, -noise);
    };
  }

  /** The noise at a share of the data, which must not be 1 for {@link #SAMPLE}. */
  Weights noise(double alpha) {
    double data = Math.sqrt(alpha);
    double noise = Math.sqrt(1 - alpha);
    return switch (this) {
      case EPSILON -> new Weights(0, 1);
      case SAMPLE -> new Weights(1 / noise, -data / noise);
      case V_PREDICTION -> new Weights(noise, data);
    };
  }
}
