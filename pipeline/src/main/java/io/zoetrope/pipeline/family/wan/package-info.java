/** Wan 2.1 and 2.2. */
package io.zoetrope.pipeline.family.wan;
