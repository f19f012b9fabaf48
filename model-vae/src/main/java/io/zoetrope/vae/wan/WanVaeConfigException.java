package io.zoetrope.vae.wan;

/** A VAE configuration that is malformed, impossible or unsupported. */
public final class WanVaeConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WanVaeConfigException(String message) {
    super(message);
  }

  WanVaeConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
