package io.zoetrope.ops;

/** Offers {@link ReferenceBackend} as device {@code reference}. */
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
