/** Wan 2.1. */
package io.zoetrope.pipeline.family.wan;
