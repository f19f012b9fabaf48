package io.zoetrope.ops;

import java.util.ServiceLoader;
import java.util.stream.Collectors;

/**
 * How a device announces itself; found with {@link ServiceLoader}, so that models depend on none.
 */
public interface BackendProvider {
  /** Device name as users give it, e.g. {@code "cpu"}. */
  String device();

  /**
   * Opens the device.
   *
   * @param threads number of compute threads, or 0 for one per processor
   */
  Backend open(int threads);

  /**
   * Opens the backend of a device by name.
   *
   * @throws IllegalArgumentException if no provider on the class path has that name
   */
  static Backend open(String device, int threads) {
    ServiceLoader<BackendProvider> providers = ServiceLoader.load(BackendProvider.class);
    for (BackendProvider provider : providers) {
      if (provider.device().equals(device)) {
        return provider.open(threads);
      }
    }
    String known =
        providers.stream()
            .map(provider -> provider.get().device())
            .sorted()
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "device '%s' is unknown: this installation has %s".formatted(device, known));
  }
}
