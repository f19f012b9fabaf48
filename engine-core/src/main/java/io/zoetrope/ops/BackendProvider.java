package io.zoetrope.ops;

import java.util.List;
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
   * @throws DeviceUnavailableException if the device has no such number or option, or this machine
   *     lacks the device
   */
  Backend open(DeviceSpec spec, int threads);

  /**
   * Whether the loops of the device are Java code that runs on this machine. They want a virtual
   * machine with the module {@code jdk.incubator.vector} and with its optimizing compiler.
   *
   * @param spec as in {@link #open}
   */
  default boolean computesInJava(DeviceSpec spec) {
    return false;
  }

  /**
   * The ways in which devices of this name compute, whether or not this machine has them, each
   * written as {@link #open(String, int)} takes it; none for the definition of all operations.
   */
  default List<String> ways() {
    return List.of(device());
  }

  /** The ways in which all devices of this installation compute. */
  static List<String> allWays() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .flatMap(provider -> provider.get().ways().stream())
        .toList();
  }

  /**
   * Opens the backend of a device, written as {@link DeviceSpec} says.
   *
   * @throws DeviceUnavailableException if no provider on the class path has that name, or this
   *     machine lacks the device
   */
  static Backend open(String device, int threads) {
    DeviceSpec spec = DeviceSpec.parse(device);
    return of(spec, device).open(spec, threads);
  }

  /**
   * Whether the loops of a device, written as {@link DeviceSpec} says, are Java code.
   *
   * @throws IllegalArgumentException if no provider on the class path has that name
   */
  static boolean computesInJava(String device) {
    DeviceSpec spec = DeviceSpec.parse(device);
    return of(spec, device).computesInJava(spec);
  }

  private static BackendProvider of(DeviceSpec spec, String device) {
    ServiceLoader<BackendProvider> providers = ServiceLoader.load(BackendProvider.class);
    for (BackendProvider provider : providers) {
      if (provider.device().equals(spec.name())) {
        return provider;
      }
    }
    String known =
        providers.stream()
            .map(provider -> provider.get().device())
            .sorted()
            .collect(Collectors.joining(", "));
    throw new DeviceUnavailableException(
        "device '%s' is unknown: this installation has %s".formatted(device, known));
  }
}
