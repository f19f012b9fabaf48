package io.zoetrope.kernels.cuda.standin;

/** When the work of streams is done. */
public enum StreamOrder {
  /**
   * Only when the host, or work that the host waits for, waits for it: shows results that are used
   * too early, and host memory that is changed too early.
   */
  LATEST,
  /**
   * As {@link #LATEST}, but when the host waits for one stream, all others run first as far as they
   * can: shows device memory that is overwritten too early.
   */
  OTHERS_FIRST
}
