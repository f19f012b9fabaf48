package io.zoetrope.hub;

import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * An answer on its way to wherever it belongs. Bytes are handed on when they come: what has come
 * before a connection breaks is kept, which a stream would throw away. Once {@link #abort} has
 * returned, none is handed on any more.
 */
final class Transfer implements HttpResponse.BodyHandler<Void>, HttpResponse.BodySubscriber<Void> {
  private final Function<HttpResponse.ResponseInfo, Predicate<ByteBuffer>> sinks;
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private volatile long lastNanos = System.nanoTime();
  private volatile boolean hasBegun;
  private Predicate<ByteBuffer> sink;
  private Flow.Subscription subscription;
  private boolean isOver;

  /**
   * An answer that hasn't begun.
   *
   * @param sinks chooses, by status and headers, what takes the bytes; it says whether it wants
   *     more
   */
  Transfer(Function<HttpResponse.ResponseInfo, Predicate<ByteBuffer>> sinks) {
    this.sinks = sinks;
  }

  @Override
  public HttpResponse.BodySubscriber<Void> apply(HttpResponse.ResponseInfo info) {
    lastNanos = System.nanoTime();
    hasBegun = true;
    try {
      sink = sinks.apply(info);
    } catch (RuntimeException e) {
      sink = _ -> false;
      end.completeExceptionally(e);
    }
    return this;
  }

  @Override
  public CompletionStage<Void> getBody() {
    return end;
  }

  @Override
  public synchronized void onSubscribe(Flow.Subscription to) {
    subscription = to;
    if (isOver) {
      to.cancel();
    } else {
      to.request(1);
    }
  }

  @Override
  public synchronized void onNext(List<ByteBuffer> buffers) {
    lastNanos = System.nanoTime();
    try {
      for (ByteBuffer buffer : buffers) {
        if (!isOver && buffer.hasRemaining() && !sink.test(buffer)) {
          stop();
          end.complete(null);
        }
      }
    } catch (RuntimeException e) {
      stop();
      end.completeExceptionally(e);
    }
    if (!isOver) {
      subscription.request(1);
    }
  }

  @Override
  public void onError(Throwable e) {
    end.completeExceptionally(e);
  }

  @Override
  public void onComplete() {
    end.complete(null);
  }

  /** Ends it. */
  synchronized void abort() {
    stop();
    end.cancel(false);
  }

  private void stop() {
    isOver = true;
    if (subscription != null) {
      subscription.cancel();
    }
  }

  /** Whether status and headers have come. */
  boolean hasBegun() {
    return hasBegun;
  }

  /** For how long nothing has come. */
  long silentNanos() {
    return System.nanoTime() - lastNanos;
  }
}
