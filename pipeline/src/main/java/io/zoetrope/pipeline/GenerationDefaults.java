package io.zoetrope.pipeline;

/**
 * What a model generates when nothing else is asked for.
 *
 * @param width in pixels
 * @param height in pixels
 * @param frames number of frames
 * @param steps number of denoising steps
 * @param guidanceScale strength of classifier-free guidance; 1 or less is none
 * @param framesPerSecond rate at which the model's clips play
 */
public record GenerationDefaults(
    int width, int height, int frames, int steps, double guidanceScale, int framesPerSecond) {
  /** Defaults of {@code WanPipeline} in diffusers; 16 frames a second as in its examples. */
  public static final GenerationDefaults WAN = new GenerationDefaults(832, 480, 81, 50, 5.0, 16);
}
