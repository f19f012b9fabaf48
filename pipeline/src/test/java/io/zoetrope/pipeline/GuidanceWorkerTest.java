package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.cache.StepCaching;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.run.GuidanceWorker;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A job whose negative prompt another process predicts for makes the same clip. */
@Timeout(60)
class GuidanceWorkerTest {
  private static final String BASE = "wan21-t2v-tiny";
  private static final int MAGIC = 0x5a544701;

  private static VideoPipeline open(String fixture, Backend device) {
    return VideoPipeline.open(Fixtures.path(fixture), device, DType.F32);
  }

  private static GenerationRequest request(VideoPipeline pipeline) {
    GenerationRequest request =
        pipeline
            .request("a prompt")
            .with(Setting.NEGATIVE_PROMPT, "another one")
            .with(
                new ClipSize(
                    pipeline.geometry().widthMultiple(),
                    pipeline.geometry().heightMultiple(),
                    pipeline.geometry().framesNearest(5)))
            .with(Setting.STEPS, 3);
    return pipeline.tasks().getFirst().withExample(request);
  }

  private static NetworkAddress free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return NetworkAddress.parse(Integer.toString(socket.getLocalPort()));
    }
  }

  /** A worker on a thread of its own. */
  private static final class Running implements AutoCloseable {
    private final NetworkAddress address = free();
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final Backend device = BackendProvider.open("cpu", 1);
    private final VideoPipeline pipeline;
    private final Thread thread;

    Running(String fixture) throws IOException, InterruptedException {
      pipeline = open(fixture, device);
      GuidanceWorker worker = pipeline.guidanceWorker(address, said::add);
      thread =
          new Thread(() -> {
            try (worker) {
              worker.run();
            }
          });
      thread.start();
      assertEquals("waiting for jobs at " + address, said.poll(20, TimeUnit.SECONDS));
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      pipeline.close();
      device.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {BASE, "wan22-a14b-tiny", "wan21-i2v-tiny", "wan21-vace-tiny", "ltx-video-tiny"})
  void clipsAreEqual(String fixture) throws IOException, InterruptedException {
    try (Running worker = new Running(fixture);
        Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(fixture, cpu)) {
      GenerationRequest alone = request(pipeline);
      GenerationRequest together = alone.with(Setting.GUIDANCE_WORKER, worker.address);
      List<StageNeeds> needs = new ArrayList<>();
      Progress heard =
          new Progress() {
            @Override
            public void end(Stage stage, Report report) {
              needs.add(
                  new StageNeeds(
                      stage, report.weightBytes(), report.scratchBytes(), report.flops()));
            }
          };
      Job job = pipeline.job(together);
      String message =
          assertThrows(PipelineException.class, () -> job.requireInOneProcess("--tensors"))
              .getMessage();
      assertTrue(message.startsWith("--tensors: a guidance worker makes one"), message);
      GenerationResult shared = job.run(heard, Tracer.NONE);
      assertEquals(pipeline.needs(together).stages(), needs);
      GenerationResult whole = pipeline.generate(alone, Progress.NONE);
      assertEquals(whole.frames(), shared.frames());
      assertEquals(whole.settings(), shared.settings());
      assertEquals("a job is over: 3 predictions", worker.said.poll(20, TimeUnit.SECONDS));
    }
  }

  @Test
  void whatAWorkerCannotDoIsRefused() throws IOException, InterruptedException {
    try (Running worker = new Running("wan-few-step");
        Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(BASE, cpu)) {
      GenerationRequest request = request(pipeline).with(Setting.GUIDANCE_WORKER, worker.address);
      assertRefused(pipeline, request, "has other weights, another number format");
      assertRefused(
          pipeline, request.with(Setting.GUIDANCE_SCALE, 1.0), "nothing to do without guidance");
      assertRefused(
          pipeline,
          request.with(Setting.CACHE, StepCaching.parse("first-block").orElseThrow()),
          "leave caches, ablations and swapped words out");
      assertRefused(
          pipeline,
          request.with(Setting.GUIDANCE_WORKER, free()),
          "there is no guidance worker at 127.0.0.1:");
    }
  }

  /**
   * Whoever connects and says nothing, or something else, keeps no job out; a job under way does.
   */
  @Test
  void aJobUnderWayKeepsOthersOut() throws IOException, InterruptedException {
    try (Running worker = new Running(BASE);
        Socket silent = new Socket(InetAddress.getLoopbackAddress(), worker.address.port());
        Socket other = new Socket(InetAddress.getLoopbackAddress(), worker.address.port());
        Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(BASE, cpu)) {
      other.getOutputStream().write("GET / HTTP/1.1".getBytes(StandardCharsets.US_ASCII));
      GenerationRequest request = request(pipeline).with(Setting.GUIDANCE_WORKER, worker.address);
      List<String> refused = new ArrayList<>();
      Tracer meanwhile =
          new Tracer() {
            @Override
            public boolean wants(String path) {
              return path.endsWith("step0/cond/noise_pred");
            }

            @Override
            public void tensor(String path, Tensor tensor) {
              assertRefused(pipeline, request, "is busy with another job");
              refused.add(path);
            }
          };
      pipeline.job(request).run(Progress.NONE, meanwhile);
      assertEquals(1, refused.size());
      // The next one finds it free at once.
      pipeline.job(request).run(Progress.NONE, Tracer.NONE);
      assertTrue(silent.isConnected());
    }
  }

  /** What a job of a model says first, which it says to whoever listens. */
  private static String identity(VideoPipeline pipeline) throws IOException, InterruptedException {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread ear =
          new Thread(() -> {
            try (Socket socket = listening.accept()) {
              DataInputStream in = new DataInputStream(socket.getInputStream());
              in.readInt();
              heard.add(in.readUTF());
            } catch (IOException e) {
              // The test sees that nothing was heard.
            }
          });
      ear.start();
      NetworkAddress here = NetworkAddress.parse(Integer.toString(listening.getLocalPort()));
      assertRefused(
          pipeline, request(pipeline).with(Setting.GUIDANCE_WORKER, here), "no guidance worker at");
      return heard.poll(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void aWorkerSaysWhyItFails() throws IOException, InterruptedException {
    try (Running worker = new Running(BASE);
        Socket job = new Socket(InetAddress.getLoopbackAddress(), worker.address.port())) {
      DataOutputStream out = new DataOutputStream(job.getOutputStream());
      DataInputStream in = new DataInputStream(job.getInputStream());
      out.writeInt(MAGIC);
      out.writeUTF(identity(worker.pipeline));
      assertEquals(MAGIC, in.readInt());
      assertEquals("", in.readUTF());
      // Prepare the second transformer for latents of rank 0, without prompts, pictures and others.
      for (int number : new int[] {1, 1, 0, 0, 0, 0, 0}) {
        out.writeInt(number);
      }
      // Timesteps and latents follow before the answer is waited for.
      out.writeInt(2);
      assertEquals("there is no second transformer here", in.readUTF());
    }
  }

  private static void assertRefused(
      VideoPipeline pipeline, GenerationRequest request, String reason) {
    String message =
        assertThrows(PipelineException.class, () -> pipeline.job(request)).getMessage();
    assertTrue(message.contains(reason), message);
    assertEquals(1, message.lines().count());
  }

  /** Accepts every job, and then does something else than predict. */
  private static Thread answering(ServerSocket listening, boolean hangs) {
    Thread thread =
        new Thread(() -> {
          try {
            while (true) {
              Socket socket = listening.accept();
              DataInputStream in = new DataInputStream(socket.getInputStream());
              DataOutputStream out = new DataOutputStream(socket.getOutputStream());
              assertEquals(MAGIC, in.readInt());
              in.readUTF();
              out.writeInt(MAGIC);
              out.writeUTF("");
              if (in.read() >= 0 && hangs) {
                // Says nothing more.
                continue;
              }
              socket.close();
            }
          } catch (IOException e) {
            // The test is over.
          }
        });
    thread.start();
    return thread;
  }

  @Test
  void aWorkerThatGoesEndsTheJobWithALine() throws IOException, InterruptedException {
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(BASE, cpu)) {
      answering(listening, false);
      GenerationRequest request =
          request(pipeline)
              .with(
                  Setting.GUIDANCE_WORKER,
                  NetworkAddress.parse(Integer.toString(listening.getLocalPort())));
      String message =
          assertThrows(
                  PipelineException.class,
                  () -> pipeline.job(request).run(Progress.NONE, Tracer.NONE))
              .getMessage();
      // What it hears first depends on whether it reads or writes when the worker goes.
      assertTrue(message.contains("is gone ("), message);
      assertFalse(message.contains("null"), message);
      assertEquals(1, message.lines().count());
    }
  }

  @Test
  void waitingForAWorkerCanBeStopped() throws IOException {
    try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Backend cpu = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = open(BASE, cpu)) {
      answering(listening, true);
      GenerationRequest request =
          request(pipeline)
              .with(
                  Setting.GUIDANCE_WORKER,
                  NetworkAddress.parse(Integer.toString(listening.getLocalPort())));
      Thread waiting = Thread.currentThread();
      Tracer stopping =
          new Tracer() {
            @Override
            public boolean wants(String path) {
              return path.endsWith("step0/cond/noise_pred");
            }

            @Override
            public void tensor(String path, Tensor tensor) {
              // Behind the prompt's prediction it waits for the other one.
              new Thread(
                      () -> {
                        try {
                          Thread.sleep(200);
                        } catch (InterruptedException e) {
                          return;
                        }
                        waiting.interrupt();
                      })
                  .start();
            }
          };
      assertThrows(
          CancellationException.class, () -> pipeline.job(request).run(Progress.NONE, stopping));
      Thread.interrupted();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "65536", "host", "host:", ":80", "host:port"})
  void anAddressIsAHostAndAPort(String text) {
    assertThrows(PipelineException.class, () -> NetworkAddress.parse(text));
  }
}
