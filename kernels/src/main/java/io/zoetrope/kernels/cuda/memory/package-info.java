/**
 * Memory of a device: blocks of tensors, placed weights, those that are streamed through a window
 * because they do not fit, and scratch. It depends on {@link io.zoetrope.kernels.cuda.runtime}, and
 * on tensors.
 */
package io.zoetrope.kernels.cuda.memory;
