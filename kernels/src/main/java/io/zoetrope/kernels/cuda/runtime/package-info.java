/**
 * What a CUDA device must be able to do, how it fails, and the kernels as PTX. It depends on no
 * other package of the backend.
 */
package io.zoetrope.kernels.cuda.runtime;
