/** Models that are changed by LoRA files. */
package io.zoetrope.pipeline.lora;
