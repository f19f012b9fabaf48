package io.zoetrope.server;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/**
 * Waits for the signals that ask a server to end. A virtual machine that handles them itself exits
 * with their number; a server that was asked to end has done what it was asked for, and exits with
 * 0.
 */
public final class StopSignals {
  private static final int EXIT_STOPPED = 130;

  private final CountDownLatch asked = new CountDownLatch(1);

  /** Takes the signals over; where a system has none of them, its own way of ending stays. */
  public StopSignals() {
    for (String name : new String[] {"TERM", "INT"}) {
      handle(name);
    }
  }

  /** The JDK has no other way to a signal than this class, which the compiler warns of. */
  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler stop =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              stop();
              return null;
            }
            return switch (method.getName()) {
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> name;
            };
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, stop);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException _) {
      // A signal then ends the process, and jobs go on from their checkpoints.
    }
  }

  private void stop() {
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(EXIT_STOPPED);
    }
    asked.countDown();
  }

  /** Waits until somebody asks. */
  public void await() throws InterruptedException {
    asked.await();
  }
}
