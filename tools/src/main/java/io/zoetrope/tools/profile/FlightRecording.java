package io.zoetrope.tools.profile;

import io.zoetrope.ops.Tracer.Operation;
import io.zoetrope.pipeline.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.stream.Collectors;
import jdk.jfr.Category;
import jdk.jfr.Configuration;
import jdk.jfr.DataAmount;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;

/**
 * Records a job with Java's flight recorder: operations and stages as events of their own, beside
 * those of the virtual machine, such as garbage collections, threads and the load of the processor.
 */
public final class FlightRecording implements AutoCloseable {
  /** Bytes that an operation takes in a recording, about. */
  public static final long OPERATION_BYTES = 250;

  /** Bytes that the virtual machine's own events take in a short job, about. */
  public static final long OWN_BYTES = 4 << 20;

  /** One operation. */
  @Name("zoetrope.Operation")
  @Label("Operation")
  @Category("Zoetrope")
  @StackTrace(false)
  static final class OperationEvent extends Event {
    @Label("Operation")
    private String operation;

    @Label("Path")
    private String path;

    @Label("Inputs")
    private String inputs;

    @Label("Output")
    private String output;

    @Label("FLOPs")
    private long flops;

    @Label("Traffic")
    @DataAmount
    private long bytes;

    @Label("Device Time in Nanoseconds")
    private long deviceNanos;
  }

  /** One stage of a job. */
  @Name("zoetrope.Stage")
  @Label("Stage")
  @Category("Zoetrope")
  @StackTrace(false)
  static final class StageEvent extends Event {
    @Label("Stage")
    private String stage;

    @Label("Steps")
    private int steps;

    @Label("Peak Memory")
    @DataAmount
    private long memory;
  }

  private final Recording recording;
  private OperationEvent operation;
  private StageEvent stage;

  /** Starts to record with the virtual machine's settings for little overhead. */
  public FlightRecording() {
    try {
      recording = new Recording(Configuration.getConfiguration("default"));
    } catch (IOException | ParseException e) {
      throw new IllegalStateException("the settings of Java's flight recorder", e);
    }
    recording.setName("zoetrope");
    recording.enable(OperationEvent.class).withoutThreshold();
    recording.enable(StageEvent.class).withoutThreshold();
    recording.start();
  }

  /** An operation is about to begin. */
  void operationBegins() {
    operation = new OperationEvent();
    operation.begin();
  }

  /** The operation that began last is over. */
  void operationEnds(Operation ended) {
    operation.end();
    operation.operation = ended.operation();
    operation.path = ended.path();
    operation.inputs =
        ended.inputs().stream().map(Object::toString).collect(Collectors.joining(", "));
    operation.output = ended.output().toString();
    operation.flops = ended.flops();
    operation.bytes = ended.bytes();
    operation.deviceNanos = ended.nanos();
    operation.commit();
  }

  /** A stage begins. */
  void stageBegins(Progress.Stage begun, int steps) {
    stage = new StageEvent();
    stage.stage = begun.title();
    stage.steps = steps;
    stage.begin();
  }

  /** The stage that began last is over. */
  void stageEnds(long memoryBytes) {
    stage.memory = memoryBytes;
    stage.commit();
  }

  /** Ends the recording, which {@link #write} writes. */
  public void stop() {
    recording.stop();
  }

  /** Creates a file with what was recorded. */
  public void write(Path file) throws IOException {
    recording.dump(file);
  }

  @Override
  public void close() {
    recording.close();
  }
}
