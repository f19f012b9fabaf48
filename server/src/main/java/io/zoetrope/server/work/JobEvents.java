package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Events of jobs, for whoever listens: in order, each with a number. The last ones are kept for
 * clients that come back; who is slow loses events, not the server its memory.
 */
public final class JobEvents {
  private static final int KEPT = 200;
  private static final int WAITING = 400;

  /**
   * An event.
   *
   * @param id of this server's run and number within the job
   * @param name what has happened
   * @param message as it is sent, the same bytes to everybody who listens
   * @param isLast whether none follows
   */
  public record Event(String id, String name, byte[] message, boolean isLast) {
    /** The name of those that carry a picture. */
    private static final String PREVIEW = "preview";

    private static Event of(String id, String name, ObjectNode data, boolean isLast) {
      String message = "id: %s\nevent: %s\ndata: %s\n\n".formatted(id, name, Json.text(data));
      return new Event(id, name, message.getBytes(StandardCharsets.UTF_8), isLast);
    }
  }

  private final class Channel {
    private final Deque<Event> kept = new ArrayDeque<>();
    private final List<Subscription> subscriptions = new ArrayList<>();
    private long number;
  }

  /** Somebody who listens. */
  public final class Subscription implements AutoCloseable {
    private final String job;
    private final BlockingQueue<Event> waiting = new LinkedBlockingQueue<>(WAITING);

    private Subscription(String job) {
      this.job = job;
    }

    /** Events that have not been taken, in order. */
    public BlockingQueue<Event> waiting() {
      return waiting;
    }

    @Override
    public void close() {
      synchronized (JobEvents.this) {
        Channel channel = channels.get(job);
        if (channel != null) {
          channel.subscriptions.remove(this);
          if (channel.subscriptions.isEmpty() && channel.kept.isEmpty()) {
            channels.remove(job);
          }
        }
      }
    }
  }

  /** Numbers begin anew with each run of the server, and so does what stands before them. */
  private final String run;

  private final Map<String, Channel> channels = new HashMap<>();

  JobEvents() {
    byte[] bytes = new byte[4];
    new SecureRandom().nextBytes(bytes);
    run = HexFormat.of().formatHex(bytes);
  }

  /** Tells everybody who listens to a job. */
  synchronized void publish(String job, String name, ObjectNode data, boolean isLast) {
    Channel channel = channels.computeIfAbsent(job, _ -> new Channel());
    Event event = Event.of(run + "-" + ++channel.number, name, data, isLast);
    if (name.equals(Event.PREVIEW)) {
      // The newest picture says all that earlier ones said.
      channel.kept.removeIf(earlier -> earlier.name().equals(Event.PREVIEW));
    }
    channel.kept.add(event);
    if (channel.kept.size() > KEPT) {
      channel.kept.remove();
    }
    for (Subscription subscription : channel.subscriptions) {
      while (!subscription.waiting.offer(event)) {
        subscription.waiting.poll();
      }
    }
  }

  /** Whether anybody listens to a job. */
  synchronized boolean isHeard(String job) {
    Channel channel = channels.get(job);
    return channel != null && !channel.subscriptions.isEmpty();
  }

  /** Ids of the jobs that somebody listens to. */
  synchronized List<String> heard() {
    return channels.keySet().stream().filter(this::isHeard).toList();
  }

  /** How many listen to whichever job. */
  public synchronized int listeners() {
    return channels.values().stream().mapToInt(channel -> channel.subscriptions.size()).sum();
  }

  /**
   * Begins to listen.
   *
   * @param lastSeen id of the last event that was heard; null for none. Those after it come first;
   *     if they are not known any more, the newest preview does
   */
  public synchronized Subscription subscribe(String job, String lastSeen) {
    Channel channel = channels.computeIfAbsent(job, _ -> new Channel());
    Subscription subscription = new Subscription(job);
    boolean isKnown = channel.kept.stream().anyMatch(event -> event.id().equals(lastSeen));
    boolean isBehind = false;
    for (Event event : channel.kept) {
      if (isKnown ? isBehind : event.name().equals(Event.PREVIEW)) {
        subscription.waiting.offer(event);
      }
      isBehind |= event.id().equals(lastSeen);
    }
    channel.subscriptions.add(subscription);
    return subscription;
  }

  /** Tells everybody who listens that the server ends. */
  synchronized void end() {
    List.copyOf(channels.keySet()).forEach(job -> publish(job, "ending", Json.object(), true));
  }

  /** Forgets the events of a job that is over; who listens still gets those that wait. */
  synchronized void forget(String job) {
    Channel channel = channels.get(job);
    if (channel != null) {
      channel.kept.clear();
      if (channel.subscriptions.isEmpty()) {
        channels.remove(job);
      }
    }
  }
}
