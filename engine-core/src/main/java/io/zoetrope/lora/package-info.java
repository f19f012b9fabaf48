/**
 * LoRA: files that change the weights of a model (Hu et al., "LoRA: Low-Rank Adaptation of Large
 * Language Models", 2021), in the spellings that trainers and collections give them, and a {@link
 * io.zoetrope.weights.WeightSource} that adds them to stored weights while those are read.
 */
package io.zoetrope.lora;
