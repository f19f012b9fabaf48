package io.zoetrope.dit.scheduler;

/** A scheduler configuration that is malformed or asks for what these schedulers can't do. */
public final class SchedulerConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SchedulerConfigException(String message) {
    super(message);
  }

  SchedulerConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
