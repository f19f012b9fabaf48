package io.zoetrope.pipeline;

/** Hears how far a job is. Calls come from the thread that runs the job, in order. */
public interface Progress {
  /** Hears nothing. */
  Progress NONE = new Progress() {};

  /** The stages of a job, in order. */
  enum Stage {
    /** The prompts become embeddings. */
    ENCODE_PROMPTS("text encoder"),
    /** Pictures become embeddings; models that attend to pictures only. */
    ENCODE_IMAGES("image encoder"),
    /** Pictures and clips that the request gives become latents. */
    ENCODE_VIDEO("video encoder"),
    /** Noise becomes latents. */
    DENOISE("denoising"),
    /** Latents become frames. */
    DECODE("video decoder"),
    /** Frames become larger ones. */
    UPSCALE("upscaling"),
    /** Frames are made between frames. */
    INTERPOLATE("interpolation");

    private final String title;

    Stage(String title) {
      this.title = title;
    }

    /** What to call the stage to people. */
    public String title() {
      return title;
    }
  }

  /**
   * A stage begins.
   *
   * @param steps how many {@link #step} calls will follow
   */
  default void begin(Stage stage, int steps) {}

  /**
   * A part of the current stage is done.
   *
   * @param done from 1 up to the stage's steps
   */
  default void step(Stage stage, int done) {}

  /**
   * A prediction of a step was made of what a step cache remembers, without most of the work.
   *
   * @param reused how many there were in this stage so far
   */
  default void reused(Stage stage, int reused) {}

  /**
   * So much of the step under way is done; comes some times a second in long jobs, whose steps take
   * longer than that.
   *
   * @param done steps that are done
   * @param share of the work of the next one, from 0 to 1
   */
  default void within(Stage stage, int done, double share) {}

  /**
   * What a stage took.
   *
   * @param nanos wall time
   * @param weightBytes bytes of the weights that linear maps and convolutions read, in the dtype
   *     they are used in
   * @param scratchBytes most bytes of activations and buffers at a time
   * @param flops multiplications and additions of the matrix work
   */
  record Report(long nanos, long weightBytes, long scratchBytes, long flops) {}

  /** A stage is over. */
  default void end(Stage stage, Report report) {}
}
