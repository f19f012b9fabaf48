package io.zoetrope.tools.bench;

import io.zoetrope.tools.bench.Workload.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/**
 * What was measured, and how fast it was.
 *
 * @param model name of the model folder
 * @param form in which the matrices of the transformer stay in memory
 * @param backend name of the device
 * @param dtype number format of what was measured, by the name that users know
 * @param threads compute threads that were asked for
 * @param tokens video tokens of the transformer at this size
 * @param unit what is counted per second
 * @param unitsPerRun how many of them one run makes
 * @param samples one per repetition
 * @param predictedMemory what a dry run says of the next
 * @param peakMemory most bytes of physical memory that the process held meanwhile, where known
 */
public record BenchResult(
    String model,
    WeightTotals weights,
    String form,
    String backend,
    String dtype,
    int threads,
    BenchTest test,
    long tokens,
    String unit,
    int unitsPerRun,
    List<Sample> samples,
    long predictedMemory,
    OptionalLong peakMemory) {

  /** Wall times of the repetitions in seconds. */
  public DescriptiveStatistics seconds() {
    return statistics(1, samples.stream().mapToDouble(Sample::seconds).toArray());
  }

  /** The same in milliseconds. */
  DescriptiveStatistics milliseconds() {
    return statistics(1e3, seconds().getValues());
  }

  /** Units per second of the repetitions. */
  public DescriptiveStatistics rate() {
    return statistics(
        1, samples.stream().mapToDouble(sample -> unitsPerRun / sample.seconds()).toArray());
  }

  /** Multiplications and additions of the matrix work per second, in units of 1e9. */
  public DescriptiveStatistics gigaflops() {
    return statistics(
        1e-9, samples.stream().mapToDouble(sample -> sample.flops() / sample.seconds()).toArray());
  }

  /** How many times as fast as another one of the same test this is, in each repetition. */
  DescriptiveStatistics speedBeside(BenchResult other) {
    double[] mine = seconds().getValues();
    double[] others = other.seconds().getValues();
    return statistics(
        1, IntStream.range(0, mine.length).mapToDouble(i -> others[i] / mine[i]).toArray());
  }

  private static DescriptiveStatistics statistics(double scale, double[] values) {
    DescriptiveStatistics statistics = new DescriptiveStatistics();
    for (double value : values) {
      statistics.addValue(scale * value);
    }
    return statistics;
  }

  long scratchBytes() {
    return samples.stream().mapToLong(Sample::scratchBytes).max().orElse(0);
  }

  /** Everything, by name, for JSON. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("model", model);
    json.put("weight_bytes", weights.bytes());
    json.put("parameters", weights.parameters());
    json.put("weights", form);
    json.put("backend", backend);
    json.put("dtype", dtype);
    json.put("threads", threads);
    json.put("test", test.part().toString());
    json.put("width", test.width());
    json.put("height", test.height());
    json.put("frames", test.frames());
    json.put("tokens", tokens);
    json.put("repetitions", samples.size());
    json.put("seconds", samples.stream().map(Sample::seconds).toList());
    json.put("mean_s", seconds().getMean());
    json.put("deviation_s", seconds().getStandardDeviation());
    json.put("median_s", seconds().getPercentile(50));
    json.put("unit", unit + "/s");
    json.put("mean_rate", rate().getMean());
    json.put("deviation_rate", rate().getStandardDeviation());
    json.put("gflop", samples.getLast().flops() / 1e9);
    json.put("gflop_per_s", gigaflops().getMean());
    json.put("scratch_bytes", scratchBytes());
    json.put("predicted_memory_bytes", predictedMemory);
    peakMemory.ifPresent(bytes -> json.put("peak_memory_bytes", bytes));
    return json;
  }
}
