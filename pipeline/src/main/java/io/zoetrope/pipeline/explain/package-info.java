/** What a model does, seen while a job runs and reduced to figures of a bounded size. */
package io.zoetrope.pipeline.explain;
