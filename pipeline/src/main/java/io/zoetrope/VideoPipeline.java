package io.zoetrope;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.JobNeeds;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.NetworkAddress;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.explain.ExplainOptions;
import io.zoetrope.pipeline.explain.Explainer;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.PromptTokens;
import io.zoetrope.pipeline.family.TextContract;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.run.ColourFit;
import io.zoetrope.pipeline.run.DecodeJob;
import io.zoetrope.pipeline.run.GuidanceWorker;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.pipeline.run.Parts;
import io.zoetrope.pipeline.run.SavedLatents;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * From a prompt to a clip: a model, open on a device.
 *
 * <pre>{@code
 * try (Backend cpu = BackendProvider.open("cpu", 0);
 *     VideoPipeline pipeline = VideoPipeline.open(folder, cpu, DType.F32)) {
 *   GenerationRequest request =
 *       pipeline.request("a red ball bounces on green grass").with(Setting.SEED, 7L);
 *   pipeline.generate(request, Progress.NONE).write(MediaWriter.open("out.mp4"), 8);
 * }
 * }</pre>
 *
 * <p>Not thread-safe; one job at a time.
 */
public final class VideoPipeline implements AutoCloseable {
  private final FamilyModel model;
  private final Parts parts;

  private VideoPipeline(FamilyModel model, Parts parts) {
    this.model = model;
    this.parts = parts;
  }

  /** Opens a model folder with the video autoencoder in F32, as in diffusers' examples. */
  public static VideoPipeline open(Path folder, Backend device, DType dtype) {
    return open(folder, device, new ModelPrecision(dtype, DType.F32));
  }

  /** Opens a model folder for one clip at a time: weights are released stage by stage. */
  public static VideoPipeline open(Path folder, Backend device, ModelPrecision precision) {
    return open(ModelFolder.open(folder), device, precision, WeightRetention.RELEASE);
  }

  /**
   * Opens a model, however it is stored, and checks that every component has the weights that its
   * configuration asks for. Nothing is computed and no weights are read yet.
   *
   * @param device what computes; stays the caller's to close, after this pipeline
   * @param retention what becomes of weights that a stage has worked with
   * @throws io.zoetrope.pipeline.PipelineException if no family supports the model
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   * @throws io.zoetrope.weights.WeightsException if weights are malformed or missing
   */
  public static VideoPipeline open(
      ModelSource source, Backend device, ModelPrecision precision, WeightRetention retention) {
    FamilyModel model = Family.open(source, precision);
    return new VideoPipeline(model, new Parts(model, source.adaptation(), device, retention));
  }

  /** What was done to the model before it is used, a sentence each; empty if nothing was. */
  public List<String> notes() {
    return parts.adaptation().notes();
  }

  /** Family, version and size of the model, for people. */
  public String kind() {
    return model.kind();
  }

  /** The sizes that the model makes. */
  public VideoGeometry geometry() {
    return model.geometry();
  }

  /** Whether the model has learned its default size alone: others are possible, but not good. */
  public boolean makesOneSize() {
    return model.makesOneSize();
  }

  /** What the model does; at least one. */
  public List<Task> tasks() {
    return model.tasks();
  }

  /** How the model takes prompts. */
  public TextContract text() {
    return model.text();
  }

  /** The prompt of a request as the text encoder reads it, without padding. */
  public PromptTokens promptTokens(GenerationRequest request) {
    return model.tokens(
        model.prompt(request, Setting.PROMPT), request.get(Setting.MAX_SEQUENCE_LENGTH));
  }

  /** A request with the model's defaults. */
  public GenerationRequest request(String prompt) {
    return model.defaults().with(Setting.PROMPT, prompt);
  }

  /**
   * Checks a request: that the model can do it, and that this machine has the memory for it. What
   * can be found wrong before a long job is found here.
   *
   * @return the job, ready to run; valid as long as this pipeline is open
   * @throws io.zoetrope.pipeline.PipelineException that says what can be asked for instead
   */
  public Job job(GenerationRequest request) {
    Job job = new Job(parts, request);
    job.requireRunnable();
    return job;
  }

  /**
   * Checks that the model can do what a request asks for, whether or not this machine has the
   * memory for it.
   *
   * @return the job; valid as long as this pipeline is open
   * @throws io.zoetrope.pipeline.PipelineException that says what can be asked for instead
   */
  public Job plan(GenerationRequest request) {
    return new Job(parts, request);
  }

  /**
   * What a request would need, whether or not this machine has it: found by a dry run, which
   * computes nothing and reads no weights.
   *
   * @throws io.zoetrope.pipeline.PipelineException if the model cannot do what the request asks for
   */
  public JobNeeds needs(GenerationRequest request) {
    return new Job(parts, request).needs();
  }

  /**
   * Shows the operations that a request would take, whether or not this machine has the memory for
   * it: a dry run, as of {@link #needs}.
   *
   * @param begins gets each stage when it begins
   * @param seen gets each operation; its tensors hold nothing, and those of weights have their
   *     names
   * @throws io.zoetrope.pipeline.PipelineException if the model cannot do what the request asks for
   */
  public void rehearse(
      GenerationRequest request, Consumer<Progress.Stage> begins, Consumer<Operation> seen) {
    new Job(parts, request).rehearse(begins, seen);
  }

  /**
   * Prepares to look at a job, as {@link Explainer} says.
   *
   * @param job of the request
   * @throws io.zoetrope.pipeline.PipelineException if what is asked for isn't there, or there is
   *     too little memory
   */
  public Explainer explainer(Job job, GenerationRequest request, ExplainOptions options) {
    return Explainer.of(
        job, geometry(), promptTokens(request), geometry().latents(request.size()), options);
  }

  /**
   * A worker that predicts for the negative prompts of jobs in other processes.
   *
   * @param address where it listens
   * @param said hears of jobs, a line each, from any thread
   * @return for one thread, which it needs; to be closed before this pipeline
   * @throws io.zoetrope.pipeline.PipelineException if the address can't be listened at
   */
  public GuidanceWorker guidanceWorker(NetworkAddress address, Consumer<String> said) {
    return new GuidanceWorker(parts, address, said);
  }

  /** Checks a request and runs it without a tracer. */
  public GenerationResult generate(GenerationRequest request, Progress progress) {
    return generate(request, progress, Tracer.NONE);
  }

  /**
   * Checks a request, as {@link #job} does, and runs it, as {@link Job#run} does.
   *
   * @throws io.zoetrope.pipeline.PipelineException if the request can't be done, or a result is not
   *     finite
   */
  public GenerationResult generate(GenerationRequest request, Progress progress, Tracer tracer) {
    return job(request).run(progress, tracer);
  }

  /**
   * Checks that latents that {@link Setting#SAVE_LATENTS} has left can be decoded by this model,
   * and that this machine has the memory for it.
   *
   * @param tiled whether the autoencoder works tile by tile
   * @param upscaling what enlarges them before; empty for nothing
   * @return the rest of their job, ready to run; valid as long as this pipeline is open
   * @throws io.zoetrope.pipeline.PipelineException that says what is in the way
   */
  public DecodeJob decodeJob(
      SavedLatents latents, boolean tiled, Optional<LatentUpscaling> upscaling) {
    return new DecodeJob(parts, latents, tiled, upscaling);
  }

  /**
   * The linear map from latents to colours, for pictures of latents without the decoder: the
   * model's own or that of a known autoencoder, else one that is fitted now, which takes encoding a
   * few frames.
   */
  public LatentColours latentColours(Progress progress) {
    return ColourFit.known(parts, progress);
  }

  /** Whether {@link #latentColours} are known, so that nothing has to be fitted. */
  public boolean knowsLatentColours() {
    return ColourFit.isKnown(parts);
  }

  /** Fits that map to the model's autoencoder with more care, to be kept. */
  public ColourFit fitColours(Progress progress) {
    return ColourFit.of(parts, progress);
  }

  /** Closes the weights that are open. */
  @Override
  public void close() {
    parts.close();
  }
}
