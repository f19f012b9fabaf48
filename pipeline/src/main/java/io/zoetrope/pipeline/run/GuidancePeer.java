package io.zoetrope.pipeline.run;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CancellationException;

/** A {@link GuidanceWorker}, as the job sees it whose negative prompt it predicts for. */
final class GuidancePeer implements AutoCloseable {
  private static final int CONNECT_MILLIS = 5000;

  /** A worker answers at once, or when the job before has left. */
  private static final int GREETING_MILLIS = 10_000;

  private final NetworkAddress address;
  private final Wire wire;

  private GuidancePeer(NetworkAddress address, Wire wire) {
    this.address = address;
    this.wire = wire;
  }

  /** What is said to the worker. */
  @FunctionalInterface
  private interface Talk<T> {
    T run() throws IOException;
  }

  /**
   * Connects to a worker.
   *
   * @param identity tells the transformer from others
   * @throws PipelineException if there is none, or one of another model
   */
  static GuidancePeer connect(NetworkAddress address, String identity) {
    try {
      SocketChannel channel = SocketChannel.open();
      boolean isUsable = false;
      try {
        channel.socket().connect(address.resolved(), CONNECT_MILLIS);
        GuidancePeer peer = new GuidancePeer(address, new Wire(channel));
        peer.greet(identity);
        isUsable = true;
        return peer;
      } finally {
        if (!isUsable) {
          channel.close();
        }
      }
    } catch (ClosedByInterruptException e) {
      throw stopped(e);
    } catch (IOException e) {
      throw new PipelineException(
          "there is no guidance worker at %s (%s): start one with 'guidance-worker --listen %s'"
              .formatted(address, FileErrors.reason(e), address),
          e);
    }
  }

  private void greet(String identity) throws IOException {
    wire.send(Wire.MAGIC).send(identity).flush();
    wire.limitSilence(GREETING_MILLIS);
    if (wire.number() != Wire.MAGIC) {
      throw new IOException("what answers is none, or one of another version");
    }
    String refusal = wire.text();
    if (!refusal.isEmpty()) {
      throw new PipelineException("the guidance worker at %s %s".formatted(address, refusal));
    }
    wire.limitSilence(0);
  }

  /**
   * The predictions of a prompt, which the worker makes while this process makes others.
   *
   * @param expert number of the transformer
   * @param conditions with one prompt; in host memory
   * @param latents as {@link Predictor#prepare} takes it
   */
  Predictor.Branch branch(int expert, Conditions conditions, Shape latents) {
    talk(() -> {
      wire.send(GuidanceWorker.PREPARE).send(expert).send(latents).send(conditions).flush();
      return null;
    });
    return new Predictor.Branch() {
      @Override
      public void announce(Ops ops, Tensor input, float... timesteps) {
        Tensor host = ops.download(input);
        talk(() -> {
          wire.send(GuidanceWorker.PREDICT).send(timesteps).send(host).flush();
          return null;
        });
      }

      @Override
      public Tensor predict(Ops ops, BlockCache cache, Tensor input, float... timesteps) {
        return ops.upload(talk(GuidancePeer.this::receive));
      }
    };
  }

  private Tensor receive() throws IOException {
    String failure = wire.text();
    if (!failure.isEmpty()) {
      throw new PipelineException("the guidance worker at %s: %s".formatted(address, failure));
    }
    return wire.tensor();
  }

  private <T> T talk(Talk<T> talk) {
    try {
      return talk.run();
    } catch (ClosedByInterruptException e) {
      throw stopped(e);
    } catch (IOException e) {
      throw new PipelineException(
          "the guidance worker at %s is gone (%s): start it again, or go without it"
              .formatted(address, FileErrors.reason(e)),
          e);
    }
  }

  private static CancellationException stopped(ClosedByInterruptException e) {
    CancellationException stopped = new CancellationException("interrupted at a guidance worker");
    stopped.initCause(e);
    return stopped;
  }

  @Override
  public void close() {
    try {
      wire.close();
    } catch (IOException _) {
      // Nothing is left to be said.
    }
  }
}
