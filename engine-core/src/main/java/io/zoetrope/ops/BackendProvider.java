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
   * @param spec which one of the devices of this name, and how to use it
   * @param threads number of compute threads of the host, or 0 for one per processor
   * @throws IllegalArgumentException if the device has no such number or option
   * @throws DeviceUnavailableException if this machine lacks the device
   */
  Backend open(DeviceSpec spec, int threads);

  /**
   * Opens the backend of a device, written as {@link DeviceSpec} says.
   *
   * @throws IllegalArgumentException if no provider on the class path has that name
   * @throws DeviceUnavailableException if this machine lacks the device
   */
  static Backend open(String device, int threads) {
    DeviceSpec spec = DeviceSpec.parse(device);
    ServiceLoader<BackendProvider> providers = ServiceLoader.load(BackendProvider.class);
    for (BackendProvider provider : providers) {
      if (provider.device().equals(spec.name())) {
        return provider.open(spec, threads);
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
