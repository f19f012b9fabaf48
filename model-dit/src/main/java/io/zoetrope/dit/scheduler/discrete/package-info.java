/**
 * Schedulers for models that were trained with a table of discrete noise levels: a sample at
 * timestep t is {@code sqrt(a) * data + sqrt(1 - a) * noise}, with a from the table.
 */
package io.zoetrope.dit.scheduler.discrete;
