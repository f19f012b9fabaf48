package io.zoetrope.bench;

import io.zoetrope.VideoPipeline;
import io.zoetrope.bench.PointingGame.Chosen;
import io.zoetrope.bench.PointingGame.Score;
import io.zoetrope.bench.PointingGame.Turn;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.explain.ExplainOptions;
import io.zoetrope.pipeline.explain.Explainer;
import io.zoetrope.pipeline.explain.Explanation.MapGrid;
import io.zoetrope.pipeline.explain.Explanation.WordMaps;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures whether heat maps of words lie on what the words name. */
@Command(
    name = "pointing-game",
    description = {
      "Makes a clip of each of 20 prompts with the demo model and prints how often the peak of the heat"
          + " map of the colour's word, and of the object's, lies on the object:",
      "of the mean over all blocks and heads, of the best block and of the best head, which are chosen"
          + " on one half of the prompts and measured on the other. See docs/explain.md."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class PointingGameCommand implements Callable<Integer> {
  @Option(
      names = "--masks",
      paramLabel = "FILE.png",
      description =
          "Write a picture to check the masks by: a row for each prompt, with the last frame of each"
              + " latent frame, and beside them what is taken for the object.")
  private Path sheet;

  @Spec private CommandSpec spec;

  /**
   * A clip and its maps.
   *
   * @param colour word of the thing's colour
   * @param maps of the words of the colour and of the thing, in this order
   */
  private record Clip(VideoFrames frames, String colour, WordMaps maps) {}

  @Override
  public Integer call() throws IOException {
    if (sheet != null) {
      OutputFile.obstacle(sheet)
          .ifPresent(why -> {
            throw new PipelineException("--masks: " + why);
          });
    }
    Path folder = Main.home().resolve("demo-model/model");
    List<Clip> clips = new ArrayList<>();
    int framesPerLatent;
    try (Backend backend = BackendProvider.open("cpu", 0);
        VideoPipeline pipeline = VideoPipeline.open(folder, backend, DType.F32)) {
      framesPerLatent = pipeline.geometry().temporalScale();
      for (String prompt : prompts()) {
        clips.add(clip(pipeline, prompt, clips.size() + 1));
        spec.commandLine().getErr().println("done: " + prompt);
      }
    }
    print(clips, framesPerLatent);
    if (sheet != null) {
      MaskSheet masks = new MaskSheet(framesPerLatent);
      clips.forEach(clip -> masks.add(clip.frames, clip.colour));
      byte[] png = PictureWriter.png(masks.picture());
      OutputFile.write(sheet, temporary -> Files.write(temporary, png));
      spec.commandLine().getErr().println("wrote " + sheet);
    }
    return 0;
  }

  private static List<String> prompts() throws IOException {
    try (InputStream in = PointingGameCommand.class.getResourceAsStream("pointing/prompts.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  /** In each prompt the first word that is a colour stands in front of what it is the colour of. */
  private static Clip clip(VideoPipeline pipeline, String prompt, long seed) {
    List<String> words = List.of(prompt.split("\\W+"));
    String colour = words.stream().filter(ObjectMask::isColour).findFirst().orElseThrow();
    String object = words.get(words.indexOf(colour) + 1);
    GenerationRequest request = pipeline.request(prompt).with(Setting.SEED, seed);
    Job job = pipeline.job(request);
    Explainer explainer =
        pipeline.explainer(job, request, new ExplainOptions(List.of(colour, object), List.of(), 1));
    VideoFrames frames = job.run(Progress.NONE, explainer).frames();
    return new Clip(frames, colour, explainer.explanation().words());
  }

  private void print(List<Clip> clips, int framesPerLatent) {
    MapGrid grid = clips.getFirst().maps.grid();
    PointingGame ofColours = new PointingGame(grid.rows() * grid.columns());
    PointingGame ofObjects = new PointingGame(grid.rows() * grid.columns());
    for (Clip clip : clips) {
      boolean[] object = ObjectMask.cells(clip.frames, clip.colour, grid, framesPerLatent);
      ofColours.add(new Turn(PointingGame.overSteps(clip.maps, 0), object));
      ofObjects.add(new Turn(PointingGame.overSteps(clip.maps, 1), object));
    }
    Chosen[] blocks = {ofColours.ofBestBlock(), ofObjects.ofBestBlock()};
    Chosen[] heads = {ofColours.ofBestHead(), ofObjects.ofBestHead()};
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d prompts, %d latent frames that show the object, of %d; %dx%d cells each, chance %.0f %%%n%n",
        clips.size(),
        ofColours.ofMean().frames(),
        clips.size() * grid.frames(),
        grid.columns(),
        grid.rows(),
        100 * ofColours.chance());
    out.println("| peak of | colour | in other clips | object | in other clips |");
    out.println("|---|--:|--:|--:|--:|");
    out.println(row("the mean of all blocks and heads", ofColours.ofMean(), ofObjects.ofMean()));
    out.println(row("the best block", blocks[0].score(), blocks[1].score()));
    out.println(row("the best head", heads[0].score(), heads[1].score()));
    for (int block = 0; block < ofColours.blocks(); block++) {
      out.println(row("block " + block, ofColours.ofBlock(block), ofObjects.ofBlock(block)));
    }
    out.println();
    out.println("chosen on the odd prompts and on the even ones:");
    for (Chosen[] chosen : List.of(blocks, heads)) {
      out.printf(
          "colour: %s; object: %s%n",
          String.join(" and ", chosen[0].names()), String.join(" and ", chosen[1].names()));
    }
    out.flush();
  }

  private static String row(String name, Score colour, Score object) {
    return "| %s | %s | %s |".formatted(name, text(colour), text(object));
  }

  private static String text(Score score) {
    return "%.0f %% | %.0f %%"
        .formatted(100.0 * score.hits() / score.frames(), 100 * score.elsewhere());
  }
}
