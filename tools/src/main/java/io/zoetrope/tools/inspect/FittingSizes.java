package io.zoetrope.tools.inspect;

import io.zoetrope.VideoPipeline;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Task;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/** Which sizes and numbers of frames a memory suffices for: a dry run of each. */
public final class FittingSizes {
  /** Parts and multiples of the model's own area, and of its own number of frames. */
  private static final double[] AREAS = {0.25, 0.5, 1, 2.25, 4};

  private static final double[] FRAMES = {0, 0.25, 0.5, 1, 2};

  /** From here on more steps take no more memory, with any scheduler. */
  private static final int STEPS = 3;

  private final VideoPipeline pipeline;
  private final Task task;
  private final GenerationRequest defaults;

  /**
   * Sizes around those of a request.
   *
   * @param defaults of the size in the middle of the table
   * @throws PipelineException if the model does not make this size
   */
  public FittingSizes(VideoPipeline pipeline, Task task, GenerationRequest defaults) {
    pipeline.geometry().check(defaults.size());
    this.pipeline = pipeline;
    this.task = task;
    this.defaults = defaults;
  }

  /**
   * Writes the table.
   *
   * @param limit bytes that there are
   * @param whose what has so many, as the end of a sentence
   * @param bytes that a job takes there
   */
  public void print(PrintWriter out, long limit, String whose, ToLongFunction<JobNeeds> bytes) {
    Set<Integer> frames = frames();
    out.printf(
        "MiB that a job takes; in brackets: more than the %,d MiB here (%s)%n", limit >> 20, whose);
    out.printf("%-14s", "frames");
    frames.forEach(count -> out.printf("%12d", count));
    out.println();
    for (ClipSize size : sizes()) {
      out.printf("%-14s", "%dx%d".formatted(size.width(), size.height()));
      for (int count : frames) {
        OptionalLong taken = taken(new ClipSize(size.width(), size.height(), count), bytes);
        out.printf("%12s", taken.isEmpty() ? "-" : cell(taken.getAsLong(), limit));
        out.flush();
      }
      out.println();
    }
    out.println();
  }

  private static String cell(long bytes, long limit) {
    String mebibytes = "%,d".formatted((bytes + (1 << 20) - 1) >> 20);
    return bytes <= limit ? mebibytes : "(%s)".formatted(mebibytes);
  }

  private List<ClipSize> sizes() {
    VideoGeometry geometry = pipeline.geometry();
    ClipSize own = defaults.size();
    Set<ClipSize> sizes = new LinkedHashSet<>();
    for (double area : AREAS) {
      double side = Math.sqrt(area);
      ClipSize like =
          new ClipSize(
              (int) Math.round(own.width() * side),
              (int) Math.round(own.height() * side),
              own.frames());
      sizes.add(area == 1 ? own : geometry.inShapeOf(like, own.width(), own.height()));
    }
    return List.copyOf(sizes);
  }

  private Set<Integer> frames() {
    Set<Integer> frames = new TreeSet<>();
    for (double share : FRAMES) {
      frames.add(pipeline.geometry().framesNearest(share * defaults.size().frames()));
    }
    return frames;
  }

  /** Empty if the model does not make this size. */
  private OptionalLong taken(ClipSize size, ToLongFunction<JobNeeds> bytes) {
    try {
      GenerationRequest request = task.withExample(defaults.with(size).with(Setting.STEPS, STEPS));
      return OptionalLong.of(bytes.applyAsLong(pipeline.needs(request)));
    } catch (PipelineException _) {
      return OptionalLong.empty();
    }
  }
}
