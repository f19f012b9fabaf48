package io.zoetrope.pipeline;

import io.zoetrope.files.Printable;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where another process listens.
 *
 * @param host name or address; an IPv6 address in brackets
 * @param port 1 to 65535
 */
public record NetworkAddress(String host, int port) {
  private static final String LOOPBACK = "127.0.0.1";
  private static final int MOST = 65_535;

  /**
   * Reads {@code HOST:PORT}, or {@code PORT} for this machine.
   *
   * @throws PipelineException if it is neither
   */
  public static NetworkAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? LOOPBACK : text.substring(0, colon);
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      if (port >= 1 && port <= MOST && !host.isBlank()) {
        return new NetworkAddress(host, port);
      }
    } catch (NumberFormatException e) {
      // What it may be is said below.
    }
    throw new PipelineException(
        "%s is not HOST:PORT, or a port of this machine from 1 to %d"
            .formatted(Printable.quote(text), MOST));
  }

  /**
   * The address to connect to, or to listen at.
   *
   * @throws UnknownHostException if there is no such host
   */
  public InetSocketAddress resolved() throws UnknownHostException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new UnknownHostException("no such host");
    }
    return address;
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
