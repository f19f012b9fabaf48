package io.zoetrope.pipeline.family.wan;

import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;

/** What the models were trained for, and their examples in diffusers ask for. */
final class WanDefaults {
  /** Defaults of {@code WanPipeline}; 16 frames a second as in its examples. */
  static final GenerationRequest ONE_TRANSFORMER =
      GenerationRequest.empty()
          .with(Setting.NEGATIVE_PROMPT, "")
          .with(Setting.SEED, 0L)
          .with(new ClipSize(832, 480, 81))
          .with(Setting.FRAMES_PER_SECOND, 16)
          .with(Setting.STEPS, 50)
          .with(Setting.GUIDANCE_SCALE, 5.0)
          .with(Setting.MAX_SEQUENCE_LENGTH, 512)
          .with(Setting.VAE_TILING, false);

  /** Wan 2.2 TI2V-5B. */
  static final GenerationRequest TOKEN_TIMESTEPS =
      ONE_TRANSFORMER.with(new ClipSize(1280, 704, 121)).with(Setting.FRAMES_PER_SECOND, 24);

  /** Wan 2.2 T2V-A14B. */
  static final GenerationRequest TWO_TRANSFORMERS =
      ONE_TRANSFORMER
          .with(new ClipSize(1280, 720, 81))
          .with(Setting.STEPS, 40)
          .with(Setting.GUIDANCE_SCALE, 4.0)
          .with(Setting.GUIDANCE_SCALE_2, 3.0);

  /** Wan 2.2 I2V-A14B. */
  static final GenerationRequest TWO_AND_FRAMES =
      TWO_TRANSFORMERS.with(Setting.GUIDANCE_SCALE, 3.5).with(Setting.GUIDANCE_SCALE_2, 3.5);

  private WanDefaults() {}
}
