package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.explain.ExplainOptions;
import io.zoetrope.pipeline.explain.Explainer;
import io.zoetrope.pipeline.explain.Explanation;
import io.zoetrope.pipeline.explain.Explanation.CleanLatents;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.explain.ExplainPage;
import io.zoetrope.tools.explain.ExplainedJob;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a model did in a job. */
@Command(
    name = "explain",
    description = {
      "Runs the job of 'generate' with the same options and writes a page that shows what the model"
          + " did:",
      "the clip and what each step says of it, where each word of the prompt acts, what patches look"
          + " at, and numbers of each block in each step."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    defaultValueProvider = ExplainCommand.PageName.class,
    sortOptions = false)
final class ExplainCommand implements Callable<Integer> {
  private static final int MOST_PATCHES = 64;

  /** About what a page takes beside its maps, pictures and clip. */
  private static final long PAGE_BYTES = 1 << 20;

  /**
   * Bytes of memory for each byte of a page while it is put together: its numbers as JSON, those
   * without what would end an element, and the page, all of two bytes for a character.
   */
  private static final int PAGE_COPIES = 6;

  @Mixin private ClipJob job;

  @Option(
      names = "--word",
      paramLabel = "WORD",
      arity = "1",
      description =
          "Show where this word of the prompt acts (default: all words); can be given several times.")
  private List<String> words = List.of();

  @Option(
      names = "--block",
      paramLabel = "N",
      arity = "1",
      description =
          "Show the attention of this block, from 0 (default: all blocks); can be given several"
              + " times.")
  private List<Integer> blocks = List.of();

  @Option(
      names = "--patches",
      paramLabel = "N",
      defaultValue = "" + ExplainOptions.PATCHES,
      description =
          "Keep what NxN patches of each latent frame look at (default: ${DEFAULT-VALUE}).")
  private int patches;

  @Option(
      names = "--vae-preview",
      description =
          "Decode what each step says of the clip, beside the colours of its latents; takes the time"
              + " of as many decodings.")
  private boolean decodes;

  @Mixin private TensorOptions tensors;

  @Spec private CommandSpec spec;

  /**
   * The job that was checked, and who looks at it.
   *
   * @param bytes of memory that looking, decoding and the page take
   */
  private record Looked(
      VideoPipeline pipeline, GenerationRequest request, Explainer explainer, long bytes) {}

  private Looked looked;

  /** The page's name where none is given: it stands in the place of the clip's. */
  static final class PageName implements IDefaultValueProvider {
    @Override
    public String defaultValue(ArgSpec argument) {
      boolean isOutput =
          argument instanceof OptionSpec option && option.longestName().equals("--output");
      return isOutput ? "explain.html" : null;
    }
  }

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    ClipJob.requireRange("--patches", patches, MOST_PATCHES);
    tensors.requireUsable();
    Path page = page(job.output());
    TensorOptions.Saved saved = tensors.of();
    List<SideOutput> outputs =
        List.of(new SideOutput("--output", page, this::prepare), saved.output());
    Path folder = temporaryFolder();
    Path clip = folder.resolve("clip.mp4");
    try (ClipRun run = job.openFor(err, MediaWriter.open(clip.toString()), outputs)) {
      err.printf(
          "explaining takes %,d MiB beside the job%s%n",
          Math.ceilDiv(looked.bytes, 1L << 20),
          looked.pipeline.knowsLatentColours()
              ? ""
              : ", and fits colours of this model's latents first: latent-colours keeps them");
      LatentColours colours =
          looked.pipeline.latentColours(
              new ProgressPrinter(err, Boolean.getBoolean("zoetrope.terminal"), Map.of(), ""));
      GenerationResult result = run.run(run.progress(), saved.beside(looked.explainer));
      saved.write(run, result.frames());
      run.write(
          page.toString(),
          () -> {
            Explanation explanation = looked.explainer.explanation();
            run.encode(result);
            write(page, ExplainPage.of(explained(run, result, clip, colours), explanation));
            err.printf("wrote %s%n", page);
          });
      return run.finish();
    } finally {
      delete(clip, folder);
    }
  }

  private static Path page(String output) {
    String name = output.toLowerCase(Locale.ROOT);
    if (!name.endsWith(".html") && !name.endsWith(".htm")) {
      throw new PipelineException(
          "--output %s: an explanation is a page; use a name that ends in .html".formatted(output));
    }
    return Path.of(output);
  }

  /** Checks what is asked for, before the job; returns about how large the page is going to be. */
  private long prepare(VideoPipeline pipeline, GenerationRequest request, Job checked) {
    Explainer explainer =
        pipeline.explainer(checked, request, new ExplainOptions(words, blocks, patches));
    if (decodes && !explainer.keepsAllFrames()) {
      throw new PipelineException(
          "--vae-preview: the latents of all steps are too many to be kept; leave it out, or use fewer steps or a smaller size");
    }
    long decoded = decodes ? request.get(Setting.STEPS) * request.size().bytes() : 0;
    long pageBytes = PAGE_BYTES + 2 * explainer.bytes() + request.size().bytes() + decoded;
    looked =
        new Looked(
            pipeline, request, explainer, explainer.bytes() + decoded + PAGE_COPIES * pageBytes);
    return pageBytes;
  }

  private ExplainedJob explained(
      ClipRun run, GenerationResult result, Path clip, LatentColours colours) {
    Map<String, Object> settings = new LinkedHashMap<>(result.settings());
    settings.put("device", run.device().name());
    settings.put("hash", run.job().hash());
    return new ExplainedJob(
        settings,
        result.frames(),
        read(clip),
        looked.pipeline.geometry(),
        interventions(),
        colours,
        decodes ? decoded(run) : List.of());
  }

  private List<String> interventions() {
    List<String> lines = new ArrayList<>();
    looked
        .request
        .find(Setting.ABLATIONS)
        .ifPresent(all -> all.forEach(one -> lines.add("ablated: " + one)));
    looked
        .request
        .find(Setting.WORD_SWAPS)
        .ifPresent(all -> all.forEach(one -> lines.add("keys of words swapped: " + one)));
    return lines;
  }

  /** The clip as each step says that it will be. */
  private List<VideoFrames> decoded(ClipRun run) {
    CleanLatents clean = looked.explainer.explanation().cleanLatents();
    List<VideoFrames> clips = new ArrayList<>();
    for (float[] latents : clean.steps()) {
      clips.add(
          run.job()
              .decode(
                  Tensor.of(
                      latents,
                      clean.channels(),
                      clean.frames().size(),
                      clean.rows(),
                      clean.columns())));
    }
    return clips;
  }

  // ---------------------------------------------------------------- files

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("zoetrope-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(Path clip) {
    try {
      return Files.readAllBytes(clip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path clip, Path folder) {
    try {
      Files.deleteIfExists(clip);
      Files.deleteIfExists(folder);
    } catch (IOException _) {
      // The system empties its folder for temporary files.
    }
  }

  private static void write(Path page, String html) {
    try {
      OutputFile.write(page, temporary -> Files.writeString(temporary, html));
    } catch (IOException e) {
      throw new PipelineException(
          "%s cannot be written: %s".formatted(page, FileErrors.reason(e)), e);
    }
  }
}
