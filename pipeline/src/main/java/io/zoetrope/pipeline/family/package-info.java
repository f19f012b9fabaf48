/**
 * What a family of models has to say: sizes, prompts, defaults, tasks, and how its parts are
 * loaded.
 */
package io.zoetrope.pipeline.family;
