package io.zoetrope.cluster;

import io.zoetrope.tools.batch.BatchEngine;
import io.zoetrope.tools.batch.BatchException;
import io.zoetrope.tools.batch.BatchJob;
import io.zoetrope.tools.batch.BatchOutcome;
import io.zoetrope.tools.batch.BatchWorker;
import java.io.File;
import java.io.Serial;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Runs a batch on Apache Spark: a task for each job. Spark gives the tasks of executors that are
 * lost to others; a worker computes one job at a time, since a job uses the whole machine.
 */
public final class SparkEngine implements BatchEngine {
  /** Times that a job may take its executor down before it is given up. */
  static final int MOST_LOSSES = 10;

  /**
   * What executors need to be told, beside the class path: memory is addressed, and libraries are
   * loaded, without a warning. Tensors lie outside the heap.
   */
  private static final String JAVA_OPTIONS =
      "--enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector"
          + " --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC";

  private static final String LOCAL = "local";

  /** What Spark knows; it finds out late, and says so in hundreds of lines. */
  private static final Pattern MASTER =
      Pattern.compile(
          "local|local\\[(\\*|[1-9][0-9]{0,3})]|local-cluster\\[[0-9]+,[0-9]+,[0-9]+]"
              + "|spark://[^/:]+:[0-9]+(,[^/:]+:[0-9]+)*|yarn|k8s://.+");

  @Override
  public void run(
      String master, List<BatchJob> jobs, BatchWorker worker, Consumer<BatchOutcome> finished)
      throws InterruptedException {
    requireMaster(master);
    try (JavaSparkContext context = context(master)) {
      FutureTask<Void> batch =
          new FutureTask<>(() -> {
            submit(context, jobs, worker, finished);
            return null;
          });
      Thread.ofPlatform().name("batch").daemon().start(batch);
      try {
        batch.get();
      } catch (InterruptedException e) {
        context.sc().cancelAllJobs();
        throw e;
      } catch (ExecutionException e) {
        throw new BatchException(
            "--master %s: %s".formatted(master, firstLine(e.getCause())), e.getCause());
      }
    }
  }

  private static void requireMaster(String master) {
    if (!MASTER.matcher(master).matches()) {
      throw new BatchException(
          "--master %s: it is local[*], local[N] or the address of a cluster, such as spark://HOST:7077"
              .formatted(master));
    }
  }

  private static JavaSparkContext context(String master) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("zoetrope batch")
            .set("spark.task.maxFailures", Integer.toString(MOST_LOSSES + 2))
            // Clips come back as results, and all of them together may be large.
            .set("spark.driver.maxResultSize", "0")
            .set("spark.executor.extraJavaOptions", JAVA_OPTIONS)
            .setIfMissing("spark.ui.enabled", "false");
    if (master.startsWith(LOCAL)) {
      conf.set("spark.driver.host", "localhost").set("spark.driver.bindAddress", "127.0.0.1");
    }
    if (isInThisProcess(master)) {
      conf.set("spark.task.cpus", Integer.toString(cores(master)));
    } else {
      conf.set("spark.jars", ownJars());
    }
    return new JavaSparkContext(conf);
  }

  private static boolean isInThisProcess(String master) {
    return master.equals(LOCAL) || master.startsWith(LOCAL + "[");
  }

  /** Threads that Spark has for tasks, all of which one job takes. */
  private static int cores(String master) {
    String number = master.replaceAll("^local\\[?|[,\\]].*$", "");
    if (number.isEmpty()) {
      return 1;
    }
    return number.equals("*")
        ? Runtime.getRuntime().availableProcessors()
        : Integer.parseInt(number);
  }

  /** Jars that are not Spark's, which executors fetch from here. */
  private static String ownJars() {
    Path spark = Path.of(System.getenv().getOrDefault("SPARK_HOME", ""), "jars");
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .map(Path::of)
        .filter(entry -> entry.toString().endsWith(".jar") && Files.isRegularFile(entry))
        .filter(entry -> !Files.exists(spark.resolve(entry.getFileName())))
        .map(Path::toString)
        .collect(Collectors.joining(","));
  }

  private static void submit(
      JavaSparkContext context,
      List<BatchJob> jobs,
      BatchWorker worker,
      Consumer<BatchOutcome> finished) {
    // The job that is under way hears that it is not wanted any more.
    context.setLocalProperty("spark.job.interruptOnCancel", "true");
    List<Object> partitions = new ArrayList<>();
    for (int i = 0; i < jobs.size(); i++) {
      partitions.add(i);
    }
    context
        .sc()
        .runJob(
            context.parallelize(jobs, jobs.size()).rdd(),
            new Task(worker),
            CollectionConverters.asScala(partitions).toSeq(),
            new Handler(finished),
            ClassTag$.MODULE$.<BatchOutcome>apply(BatchOutcome.class));
  }

  /** Runs the job of a partition; on an executor. */
  private static final class Task
      extends AbstractFunction2<TaskContext, Iterator<BatchJob>, BatchOutcome>
      implements Serializable {
    @Serial private static final long serialVersionUID = 1;

    private final BatchWorker worker;

    Task(BatchWorker worker) {
      this.worker = worker;
    }

    @Override
    public BatchOutcome apply(TaskContext context, Iterator<BatchJob> jobs) {
      BatchJob job = jobs.next();
      if (context.attemptNumber() >= MOST_LOSSES) {
        return BatchOutcome.failed(
            job,
            null,
            "its worker was lost %d times: look at the executors' logs".formatted(MOST_LOSSES),
            0);
      }
      return worker.run(job);
    }
  }

  /** Takes outcomes as they come; on the driver, one at a time. */
  private static final class Handler extends AbstractFunction2<Object, BatchOutcome, BoxedUnit> {
    private final Consumer<BatchOutcome> finished;

    Handler(Consumer<BatchOutcome> finished) {
      this.finished = finished;
    }

    @Override
    public BoxedUnit apply(Object partition, BatchOutcome outcome) {
      finished.accept(outcome);
      return BoxedUnit.UNIT;
    }
  }

  private static String firstLine(Throwable e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }
}
