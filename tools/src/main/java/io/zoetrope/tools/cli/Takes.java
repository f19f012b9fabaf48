package io.zoetrope.tools.cli;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.ContactSheet;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The files of several takes of one clip: {@code out.mp4} becomes {@code out-42.mp4} and so on by
 * the seeds, {@code out-takes.png} with frames of all of them, and {@code out-takes.json}, which
 * says which is which.
 *
 * @param output name of the clip as it was given
 * @param count how many there are
 */
record Takes(String output, int count) {
  /** As many as a contact sheet has room for. */
  static final int MOST = 100;

  private static final int COLUMNS = 6;
  private static final int TILE = 160;

  /**
   * Checks the names before long work.
   *
   * @throws PipelineException if a file cannot be created or replaced
   */
  void requireWritable() {
    if (!output.endsWith(".mp4") && !output.endsWith(".gif")) {
      throw new PipelineException(
          "--takes writes .mp4 or .gif files, -o %s is neither".formatted(output));
    }
    for (Path file : List.of(sheet(), index())) {
      new SideOutput("--takes", file, (_, _, _) -> 0).requireWritable();
    }
  }

  /** A request for each take, with seeds in a row. */
  List<ClipSeries.Clip> clips(GenerationRequest first) {
    List<ClipSeries.Clip> clips = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long seed = first.get(Setting.SEED) + i;
      clips.add(
          new ClipSeries.Clip(
              "take %d/%d".formatted(i + 1, count),
              "",
              first.with(Setting.SEED, seed),
              -1,
              _ -> named("-" + Long.toUnsignedString(seed) + extension())));
    }
    return clips;
  }

  /** Writes the contact sheet and the index of takes that are made. */
  void writeOverview(List<Path> files, PrintWriter err) {
    ContactSheet sheet = new ContactSheet(COLUMNS, TILE);
    List<Map<String, Object>> takes = new ArrayList<>();
    List<Optional<Provenance>> origins = new ArrayList<>();
    for (Path file : files) {
      Provenance origin = Provenance.read(file);
      String seed = Long.toUnsignedString(((Number) origin.entries().get("seed")).longValue());
      sheet.add(seed, file);
      Map<String, Object> take = new LinkedHashMap<>();
      take.put("seed", origin.entries().get("seed"));
      take.put("file", file.getFileName().toString());
      take.put(ClipSeries.HASH, origin.entries().get(ClipSeries.HASH));
      takes.add(take);
      origins.add(Optional.of(origin));
    }
    Map<String, Object> overview = new LinkedHashMap<>();
    overview.put("prompt", origins.getFirst().orElseThrow().entries().get("prompt"));
    overview.put("contact_sheet", sheet().getFileName().toString());
    overview.put("takes", takes);
    PictureWriter.write(sheet(), sheet.picture(), Provenance.ofParts(overview, origins));
    try {
      String json = JsonConfig.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(overview);
      OutputFile.write(index(), temporary -> Files.writeString(temporary, json + "\n"));
    } catch (IOException e) {
      throw new PipelineException(
          "cannot write %s: %s".formatted(index(), FileErrors.reason(e)), e);
    }
    err.printf("wrote %s and %s%n", sheet(), index());
  }

  private Path sheet() {
    return named("-takes.png");
  }

  private Path index() {
    return named("-takes.json");
  }

  private String extension() {
    return output.substring(output.length() - 4);
  }

  /** The output's name with another end. */
  private Path named(String end) {
    return Path.of(output.substring(0, output.length() - 4) + end);
  }
}
