/** Weights on their way into other files: another layout of names, another number format. */
package io.zoetrope.pipeline.convert;
