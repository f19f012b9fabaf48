/** What models do with inputs: each kind of input conditions the steps of a job in its own way. */
package io.zoetrope.pipeline.task;
