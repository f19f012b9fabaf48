package io.zoetrope.tools.cli;

import io.zoetrope.media.ContactSheet;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Provenance;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A picture with a row for each of some clips, which knows what they come from. */
final class ClipSheet {
  private final ContactSheet sheet;
  private final List<Map<String, Object>> parts = new ArrayList<>();
  private final List<Optional<Provenance>> origins = new ArrayList<>();

  /**
   * A picture without rows.
   *
   * @param columns most frames of a clip
   * @param tile width of a frame in pixels, about
   */
  ClipSheet(int columns, int tile) {
    sheet = new ContactSheet(columns, tile);
  }

  /** Adds a row with a number before it. */
  void add(int number, Path clip) {
    sheet.add(Integer.toString(number), clip);
    Optional<Provenance> origin = Provenance.find(clip);
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("file", clip.getFileName().toString());
    part.put("provenance", origin.map(Provenance::entries).orElse(null));
    parts.add(part);
    origins.add(origin);
  }

  /** Whether it has no rows. */
  boolean isEmpty() {
    return parts.isEmpty();
  }

  /** Writes the picture. */
  void write(Path file) {
    PictureWriter.write(file, sheet.picture(), Provenance.ofParts(Map.of("parts", parts), origins));
  }
}
