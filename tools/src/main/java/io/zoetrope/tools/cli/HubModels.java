package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubException;
import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.ModelName;
import io.zoetrope.pipeline.PipelineException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Models that are named as the hub names them. */
final class HubModels {
  private HubModels() {}

  /**
   * The folder of a model that was named and is no folder here. What the cache has is taken as it
   * is, and no connection is opened; what it lacks is fetched, unless the settings are offline.
   *
   * @param given as it was named
   * @param err gets the progress
   * @return the folder; what was given if it is no name of a model
   * @throws PipelineException if it is neither in the cache nor to be had
   */
  static Path folder(HubSettings settings, Path given, PrintWriter err) {
    Optional<ModelName> name = ModelName.parse(given.toString().replace('\\', '/'));
    if (name.isEmpty()) {
      return given;
    }
    Optional<LocalModels.Snapshot> found = new LocalModels(settings).find(name.get());
    if (found.isPresent() && found.get().isComplete()) {
      return found.get().folder();
    }
    if (settings.isOffline()) {
      throw new PipelineException(
          "model %s: there is no such folder, and %s"
              .formatted(given, absence(settings, name.get())));
    }
    try {
      return PullRun.run(settings, name.get(), List.of(), err).snapshot();
    } catch (HubException e) {
      throw new PipelineException(
          "model %s: there is no such folder; %s".formatted(given, e.getMessage()), e);
    }
  }

  /** What the cache lacks of a model, and what to do. */
  static String absence(HubSettings settings, ModelName name) {
    return "the cache %s %s; where there is a network, run 'zoetrope pull %s'"
        .formatted(
            settings.cache(),
            new LocalModels(settings)
                .find(name)
                .map(HubModels::lack)
                .orElse("does not have " + name),
            name);
  }

  private static String lack(LocalModels.Snapshot snapshot) {
    return snapshot.isPipeline()
        ? "lacks its %s".formatted(snapshot.missing().getFirst())
        : "has only some of its files";
  }
}
