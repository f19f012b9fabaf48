/** The CPU as a device, and the choice between its two backends. */
package io.zoetrope.kernels.cpu;
