/** CogVideoX 1.0 and 1.5. */
package io.zoetrope.pipeline.family.cogvideox;
