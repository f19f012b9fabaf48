package io.zoetrope.media;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a film comes from: its parts, each with its own provenance. */
public final class FilmProvenance {
  private FilmProvenance() {}

  /**
   * The provenance of a film.
   *
   * @throws MediaException if it is longer than what can be read again
   */
  public static Provenance of(Film film) {
    List<Map<String, Object>> parts = new ArrayList<>();
    List<Optional<Provenance>> origins = new ArrayList<>();
    for (Film.Part part : film.parts()) {
      Optional<Provenance> origin = Provenance.find(part.file());
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("file", part.file().getFileName().toString());
      entry.put("num_frames", part.frames());
      entry.put("crossfade_frames", part.fade());
      entry.put("provenance", origin.map(Provenance::entries).orElse(null));
      parts.add(entry);
      origins.add(origin);
    }
    Map<String, Object> whole = new LinkedHashMap<>();
    whole.put("fps", film.framesPerSecond());
    whole.put("num_frames", film.frames());
    whole.put("parts", parts);
    Provenance provenance = Provenance.ofParts(whole, origins);
    if (!provenance.isReadable()) {
      throw new MediaException(
          "the provenance of %d parts is too long for one file: join fewer of them"
              .formatted(parts.size()));
    }
    return provenance;
  }
}
