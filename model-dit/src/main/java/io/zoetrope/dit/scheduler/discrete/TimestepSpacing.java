package io.zoetrope.dit.scheduler.discrete;

/**
 * Which of the training timesteps a schedule takes ({@code timestep_spacing} in diffusers; Lin et
 * al., "Common Diffusion Noise Schedules and Sample Steps are Flawed", 2023, table 2).
 */
enum TimestepSpacing {
  /** Equally spaced, both ends among them. */
  LINSPACE,
  /** Multiples of a whole number, of which 0 is the last; then {@code steps_offset} is added. */
  LEADING,
  /** Back from the last one. */
  TRAILING;

  /** The timesteps of a schedule, falling; whole numbers, rounded half to even as NumPy does. */
  float[] timesteps(int steps, int trained, int offset) {
    float[] timesteps = new float[steps];
    for (int i = 0; i < steps; i++) {
      int fromLast = steps - 1 - i;
      timesteps[i] =
          (float)
              switch (this) {
                case LINSPACE ->
                    steps == 1 ? 0 : Math.rint(fromLast * ((trained - 1.0) / (steps - 1)));
                case LEADING -> (double) fromLast * (trained / steps) + offset;
                case TRAILING -> Math.rint(trained - i * ((double) trained / steps)) - 1;
              };
    }
    return timesteps;
  }
}
