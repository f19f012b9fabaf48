/**
 * The encoders of T5 v1.1 (Raffel et al., 2020, arXiv:1910.10683; Shazeer, 2020, arXiv:2002.05202)
 * and UMT5 (Chung et al., 2023, arXiv:2304.09151): transformers' {@code T5EncoderModel} and {@code
 * UMT5EncoderModel}, fields named as in the checkpoint. Start reading at {@link
 * io.zoetrope.t5.encoder.T5Encoder}.
 */
package io.zoetrope.t5.encoder;
