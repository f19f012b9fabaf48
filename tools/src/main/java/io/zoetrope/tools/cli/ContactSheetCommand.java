package io.zoetrope.tools.cli;

import io.zoetrope.media.ContactSheet;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows clips in one picture. */
@Command(
    name = "contact-sheet",
    description =
        "Puts frames of clips into one PNG: a row for each clip, numbered from 1, with frames "
            + "at equal distances from the first to the last.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ContactSheetCommand implements Callable<Integer> {
  private static final int MAX_CLIPS = 1000;
  private static final int MIN_TILE = 16;
  private static final int MAX_TILE = 4096;

  @Parameters(paramLabel = "CLIP", arity = "1..*", description = "MP4 or GIF files.")
  private List<Path> clips;

  @Option(
      names = "--columns",
      paramLabel = "N",
      defaultValue = "6",
      description = "Most frames of a clip (default: ${DEFAULT-VALUE}).")
  private int columns;

  @Option(
      names = "--tile",
      paramLabel = "N",
      defaultValue = "160",
      description = "Width of a frame in pixels, about (default: ${DEFAULT-VALUE}).")
  private int tile;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      defaultValue = "contact-sheet.png",
      description = "The picture (default: ${DEFAULT-VALUE}).")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    requireRange("--columns", columns, 1, ContactSheet.MAX_COLUMNS);
    requireRange("--tile", tile, MIN_TILE, MAX_TILE);
    requireRange("number of clips", clips.size(), 1, MAX_CLIPS);
    if (!output.toString().endsWith(".png")) {
      throw new PipelineException("-o %s: a contact sheet is a .png file".formatted(output));
    }
    new SideOutput("-o", output, (_, _, _) -> 0).requireWritable();
    ClipSheet sheet = new ClipSheet(columns, tile);
    for (int i = 0; i < clips.size(); i++) {
      sheet.add(i + 1, clips.get(i));
    }
    sheet.write(output);
    PrintWriter err = spec.commandLine().getErr();
    err.println("wrote " + output);
    return 0;
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new PipelineException("%s %d is outside %d to %d".formatted(what, value, least, most));
    }
  }
}
