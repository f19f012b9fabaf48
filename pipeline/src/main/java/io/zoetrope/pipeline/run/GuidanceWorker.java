package io.zoetrope.pipeline.run;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CancellationException;
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

  private final Parts parts;
  private final NetworkAddress address;
  private final ServerSocketChannel listening;
  private final Consumer<String> said;

  /** The job under way; null before the first one. */
  private Thread job;

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
      listening.bind(address.resolved());
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
        accept(listening.accept(), identity);
      }
    } catch (ClosedByInterruptException e) {
      // That is how it ends.
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new PipelineException(
          "cannot listen at %s any more: %s".formatted(address, FileErrors.reason(e)), e);
    }
  }

  private void accept(SocketChannel channel, String identity) throws IOException {
    if (job != null && job.isAlive()) {
      try (Wire wire = new Wire(channel)) {
        wire.send(Wire.MAGIC).send("is busy with another job: wait for its end").flush();
      }
      return;
    }
    job = new Thread(() -> work(channel, identity), "guidance worker");
    job.start();
  }

  private void work(SocketChannel channel, String identity) {
    try (Wire wire = new Wire(channel)) {
      if (wire.number() != Wire.MAGIC) {
        return;
      }
      boolean isSame = wire.text().equals(identity);
      wire.send(Wire.MAGIC)
          .send(isSame ? "" : "has other weights, another number format or another version")
          .flush();
      if (isSame) {
        new Predictions(wire).run();
      }
    } catch (IOException e) {
      said.accept("a job is gone: " + FileErrors.reason(e));
    } catch (CancellationException _) {
      // The worker ends.
    } catch (RuntimeException e) {
      said.accept("a job failed: " + e.getMessage());
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
        int next = wire.number();
        while (next == PREPARE) {
          next = predict();
        }
      } catch (EOFException _) {
        // The job is over.
      }
      if (count > 0) {
        said.accept("a job is over: %d predictions".formatted(count));
      }
    }

    /** Predicts with one transformer as long as it is asked to; returns what is asked for then. */
    private int predict() throws IOException {
      int expert = wire.number();
      Shape latents = wire.shape();
      Conditions conditions = wire.conditions();
      Part<Predictor> part =
          expert == 0 ? parts.predictor() : parts.secondPredictor().orElseThrow();
      try (Ops ops = new Ops(parts.device());
          var _ = ops.scope("worker")) {
        Predictor predictor = part.on(parts.device());
        List<Predictor.Branch> branches = predictor.prepare(ops, conditions, latents);
        int next = wire.number();
        while (next == PREDICT) {
          answer(ops, branches.getFirst());
          next = wire.number();
        }
        return next;
      } finally {
        part.release(parts.device());
      }
    }

    private void answer(Ops ops, Predictor.Branch branch) throws IOException {
      float[] timesteps = wire.floats();
      Tensor input = wire.tensor();
      try (var _ = ops.scope()) {
        Tensor prediction = ops.download(branch.predict(ops, ops.upload(input), timesteps));
        wire.send("").send(prediction).flush();
        count++;
      } catch (CancellationException e) {
        throw e;
      } catch (RuntimeException e) {
        wire.send(String.valueOf(e.getMessage())).flush();
      }
    }
  }

  /** Stops listening, and the job under way. */
  @Override
  public void close() {
    boolean wasInterrupted = Thread.interrupted();
    try {
      listening.close();
      if (job != null) {
        job.interrupt();
        job.join();
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
