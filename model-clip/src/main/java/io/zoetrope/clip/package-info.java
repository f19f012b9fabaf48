/**
 * The vision tower of CLIP (Radford et al., 2021, arXiv:2103.00020), which shows pictures to
 * transformers: {@code CLIPVisionModel} in transformers, fields named as in the checkpoint. Start
 * reading at {@link io.zoetrope.clip.ClipVisionModel}.
 */
package io.zoetrope.clip;
