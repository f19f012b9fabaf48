package io.zoetrope.ops;

import java.util.List;

/** Offers {@link ReferenceBackend} as device {@code reference}. */
public final class ReferenceBackendProvider implements BackendProvider {
  @Override
  public String device() {
    return "reference";
  }

  @Override
  public Backend open(DeviceSpec spec, int threads) {
    spec.requirePlain();
    return new ReferenceBackend();
  }

  @Override
  public boolean computesInJava(DeviceSpec spec) {
    return true;
  }

  @Override
  public List<String> ways() {
    return List.of();
  }
}
