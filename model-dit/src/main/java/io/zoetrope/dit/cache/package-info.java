/**
 * Step caches: steps that follow each other are so much alike that some of them can do with what a
 * transformer made of the one before. {@link io.zoetrope.dit.cache.StepCaching} is what is asked
 * for, {@link io.zoetrope.dit.cache.StepCache} what stands around the predictions of one
 * transformer.
 */
package io.zoetrope.dit.cache;
