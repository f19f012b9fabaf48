package io.zoetrope.tools.profile;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.zoetrope.ops.Tracer.Operand;
import io.zoetrope.ops.Tracer.Operation;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A profile in the Trace Event Format (the JSON of {@code chrome://tracing}), which Perfetto opens:
 * one complete event for each stage, scope and operation, on one thread, so that they nest by their
 * times; what threads did within operations, each on its own; and memory as counters. Times are
 * microseconds from the job's beginning, to the nanosecond.
 */
public final class ChromeTrace {
  /** Bytes that an operation takes with the scopes around it, about. */
  public static final long OPERATION_BYTES = 350;

  /** Bytes that the part of an operation takes that one thread did, about. */
  public static final long WORK_BYTES = 110;

  private static final int PROCESS = 1;
  private static final int THREAD = 1;

  /** What depends on the kind of an event. */
  @FunctionalInterface
  private interface Arguments {
    void write() throws IOException;
  }

  private final Profile profile;
  private final JsonGenerator json;

  private ChromeTrace(Profile profile, JsonGenerator json) {
    this.profile = profile;
    this.json = json;
  }

  /** Creates a file with the whole trace. */
  public static void write(Profile profile, Path file) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(file.toFile(), JsonEncoding.UTF8)) {
      new ChromeTrace(profile, json).write();
    }
  }

  private void write() throws IOException {
    json.writeStartObject();
    json.writeStringField("displayTimeUnit", "ms");
    json.writeObjectFieldStart("otherData");
    json.writeStringField("job", profile.job());
    json.writeStringField("device", profile.device());
    json.writeEndObject();
    json.writeArrayFieldStart("traceEvents");
    name("process_name", THREAD, "zoetrope");
    name("thread_name", THREAD, profile.job());
    event("job", "job", profile.startNanos(), profile.nanos(), () -> {});
    for (Profile.Stage stage : profile.stages()) {
      event("stage", stage.stage().title(), stage.startNanos(), stage.nanos(), () -> stage(stage));
    }
    for (Profile.Scope scope : profile.scopes()) {
      String name = scope.path().substring(scope.path().lastIndexOf('/') + 1);
      event("scope", name, scope.startNanos(), scope.nanos(), () -> path(scope.path()));
    }
    for (Operation operation : profile.operations()) {
      event(
          "op",
          operation.operation(),
          operation.startNanos(),
          operation.nanos(),
          () -> operation(operation));
    }
    works();
    for (MemorySampler.Sample sample : profile.memory()) {
      memory(sample);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Threads have numbers in the order of their names. */
  private void works() throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    profile.works().forEach(work -> threads.put(work.thread(), 0));
    int next = THREAD + 1;
    for (Map.Entry<String, Integer> thread : threads.entrySet()) {
      thread.setValue(next);
      name("thread_name", next++, thread.getKey());
    }
    for (Profile.Work work : profile.works()) {
      event(
          threads.get(work.thread()),
          "thread",
          work.name(),
          work.startNanos(),
          work.nanos(),
          () -> {});
    }
  }

  private void memory(MemorySampler.Sample sample) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "C");
    json.writeStringField("name", "memory");
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("ts", micros(sample.nanos() - profile.startNanos()));
    json.writeObjectFieldStart("args");
    json.writeNumberField("resident_bytes", sample.residentBytes());
    json.writeNumberField("heap_bytes", sample.heapBytes());
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A metadata event: what a process or thread is called. */
  private void name(String what, int thread, String name) throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "M");
    json.writeStringField("name", what);
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", thread);
    json.writeObjectFieldStart("args");
    json.writeStringField("name", name);
    json.writeEndObject();
    json.writeEndObject();
  }

  private void event(String category, String name, long startNanos, long nanos, Arguments arguments)
      throws IOException {
    event(THREAD, category, name, startNanos, nanos, arguments);
  }

  private void event(
      int thread, String category, String name, long startNanos, long nanos, Arguments arguments)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("ph", "X");
    json.writeStringField("cat", category);
    json.writeStringField("name", name);
    json.writeNumberField("pid", PROCESS);
    json.writeNumberField("tid", thread);
    json.writeNumberField("ts", micros(startNanos - profile.startNanos()));
    json.writeNumberField("dur", micros(nanos));
    json.writeObjectFieldStart("args");
    arguments.write();
    json.writeEndObject();
    json.writeEndObject();
  }

  /** Exact, so that an event that ends with the one around it does so in the trace, too. */
  private static BigDecimal micros(long nanos) {
    return BigDecimal.valueOf(nanos, 3);
  }

  private void stage(Profile.Stage stage) throws IOException {
    json.writeNumberField("steps", stage.steps());
    json.writeNumberField("peak_memory_bytes", stage.memoryBytes());
  }

  private void path(String path) throws IOException {
    json.writeStringField("path", path);
  }

  private void operation(Operation operation) throws IOException {
    path(operation.path());
    json.writeStringField("shapes", shapes(operation.inputs()));
    json.writeStringField("output", operation.output().toString());
    json.writeNumberField("flops", operation.flops());
    json.writeNumberField("bytes", operation.bytes());
  }

  private static String shapes(List<Operand> operands) {
    return String.join(", ", operands.stream().map(Operand::toString).toList());
  }
}
