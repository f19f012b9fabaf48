/** Latte. */
package io.zoetrope.pipeline.family.latte;
