package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.FileErrors;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Predicts for the negative prompts of jobs in other processes, one job at a time, while they
 * predict for the prompts. It has the transformer alone; a job sends what the predictions depend
 * on, and in each step what the transformer reads.
 */
public final class GuidanceWorker implements AutoCloseable {
  /** A transformer, latents and conditions follow. */
  static final int PREPARE = 1;

  /**
   * Timesteps and an input follow; a text, which is empty if all went well, and a tensor answer.
   */
  static final int PREDICT = 2;

  /** Whoever says nothing for so long after it has connected is no job. */
  private static final int GREETING_MILLIS = 5000;

  /** A job that is over may take a moment to leave. */
  private static final int LEAVING_MILLIS = 1000;

  private final Parts parts;
  private final NetworkAddress address;
  private final ServerSocketChannel listening;
  private final Consumer<String> said;

  /** The right to compute, of one job at a time. */
  private final Semaphore turn = new Semaphore(1, true);

  /** One for each connection. */
  private final Set<Thread> talks = ConcurrentHashMap.newKeySet();

  /**
   * Listens from now on.
   *
   * @param said hears of jobs, a line each, from any thread
   * @throws PipelineException if the address can't be listened at
   */
  public GuidanceWorker(Parts parts, NetworkAddress address, Consumer<String> said) {
    this.parts = parts;
    this.address = address;
    this.said = said;
    try {
      listening = ServerSocketChannel.open();
      boolean isBound = false;
      try {
        listening.bind(address.resolved());
        isBound = true;
      } finally {
        if (!isBound) {
          listening.close();
        }
      }
    } catch (IOException e) {
      throw new PipelineException(
          "cannot listen at %s: %s".formatted(address, FileErrors.reason(e)), e);
    }
  }

  /** Works for one job after the other until this thread is interrupted. */
  public void run() {
    String identity = parts.predictorIdentity();
    said.accept("waiting for jobs at " + address);
    try {
      while (true) {
        SocketChannel channel = listening.accept();
        Thread talk = new Thread(() -> talk(channel, identity), "guidance worker");
        talks.add(talk);
        talk.start();
      }
    } catch (ClosedByInterruptException e) {
      // That is how it ends.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new PipelineException(
          "cannot listen at %s any more: %s".formatted(address, FileErrors.reason(e)), e);
    }
  }

  private void talk(SocketChannel channel, String identity) {
    try (channel;
        Wire wire = new Wire(channel)) {
      wire.limitSilence(GREETING_MILLIS);
      if (wire.number() == Wire.MAGIC) {
        answer(wire, wire.text().equals(identity));
      }
    } catch (IOException e) {
      said.accept("a job is gone: " + FileErrors.reason(e));
    } catch (CancellationException | InterruptedException _) {
      // The worker ends.
    } finally {
      talks.remove(Thread.currentThread());
    }
  }

  private void answer(Wire wire, boolean isSame) throws IOException, InterruptedException {
    wire.send(Wire.MAGIC);
    if (!isSame) {
      wire.send("has other weights, another number format or another version").flush();
    } else if (!turn.tryAcquire(LEAVING_MILLIS, TimeUnit.MILLISECONDS)) {
      wire.send("is busy with another job: wait for its end").flush();
    } else {
      try {
        wire.send("").flush();
        wire.limitSilence(0);
        new Predictions(wire).run();
      } finally {
        turn.release();
      }
    }
  }

  /** The predictions of one job. */
  private final class Predictions {
    private final Wire wire;
    private int count;

    private Predictions(Wire wire) {
      this.wire = wire;
    }

    private void run() throws IOException {
      try {
        OptionalInt next = wire.numberOrEnd();
        while (next.isPresent()) {
          if (next.getAsInt() != PREPARE) {
            throw new StreamCorruptedException("it asks for " + next.getAsInt());
          }
          next = predict();
        }
        if (count > 0) {
          said.accept("a job is over: %d predictions".formatted(count));
        }
      } catch (CancellationException e) {
        throw e;
      } catch (RuntimeException | OutOfMemoryError e) {
        String reason = reason(e);
        said.accept("a job failed: " + reason);
        // The job hears of it when it waits for a prediction, and it may send more before.
        wire.send(reason).flush();
        wire.skipToEnd();
      }
    }

    private static String reason(Throwable e) {
      return switch (e) {
        case ExpectedException expected -> expected.getMessage();
        case OutOfMemoryError _ -> "out of memory: use " + Stages.LESS;
        default -> e.toString();
      };
    }

    /** Predicts with one transformer as long as it is asked to; returns what is asked for then. */
    private OptionalInt predict() throws IOException {
      int expert = wire.number();
      Shape latents = wire.shape();
      Conditions conditions = wire.conditions();
      Part<Predictor> part =
          expert == 0
              ? parts.predictor()
              : parts
                  .secondPredictor()
                  .orElseThrow(() -> new PipelineException("there is no second transformer here"));
      return predict(part, conditions, latents);
    }

    private OptionalInt predict(Part<Predictor> part, Conditions conditions, Shape latents)
        throws IOException {
      try (Ops ops = new Ops(parts.device());
          var _ = ops.scope("worker")) {
        Predictor predictor = part.on(parts.device());
        Predictor.Branch branch = predictor.prepare(ops, conditions, latents).getFirst();
        OptionalInt next = wire.numberOrEnd();
        while (next.isPresent() && next.getAsInt() == PREDICT) {
          float[] timesteps = wire.floats();
          Tensor input = wire.tensor();
          try (var _ = ops.scope()) {
            Tensor prediction = ops.download(branch.predict(ops, ops.upload(input), timesteps));
            wire.send("").send(prediction).flush();
          }
          count++;
          next = wire.numberOrEnd();
        }
        return next;
      } finally {
        part.release(parts.device());
      }
    }
  }

  /** Stops listening, and the job under way. */
  @Override
  public void close() {
    boolean wasInterrupted = Thread.interrupted();
    try {
      listening.close();
      for (Thread talk : talks) {
        talk.interrupt();
        talk.join();
      }
    } catch (IOException _) {
      // Nobody listens any more.
    } catch (InterruptedException e) {
      wasInterrupted = true;
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
