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
  float[] wholeTimesteps(int steps, int trained, int offset) {
    float[] timesteps = new float[steps];
    for (int i = 0; i < steps; i++) {
      timesteps[i] = (float) Math.rint(timestep(i, steps, trained, offset));
    }
    return timesteps;
  }

  /** The timesteps of a schedule, falling; {@link #LINSPACE} has some between whole numbers. */
  float[] timesteps(int steps, int trained, int offset) {
    float[] timesteps = new float[steps];
    for (int i = 0; i < steps; i++) {
      timesteps[i] = (float) timestep(i, steps, trained, offset);
    }
    return timesteps;
  }

  private double timestep(int index, int steps, int trained, int offset) {
    int fromLast = steps - 1 - index;
    return switch (this) {
      case LINSPACE -> steps == 1 ? 0 : fromLast * ((trained - 1.0) / (steps - 1));
      case LEADING -> (double) fromLast * (trained / steps) + offset;
      case TRAILING -> Math.rint(trained - index * ((double) trained / steps)) - 1;
    };
  }
}
