package io.zoetrope.ops;

/** Announces the device "reference", on which results can be checked; it has one thread. */
public final class ReferenceBackendProvider implements BackendProvider {
  @Override
  public String device() {
    return "reference";
  }

  @Override
  public Backend open(int threads) {
    return new ReferenceBackend();
  }
}
