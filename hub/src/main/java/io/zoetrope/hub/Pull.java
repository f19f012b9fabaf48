package io.zoetrope.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.DiskRoom;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fetches a model from the hub into the cache. First what decides whether it can be used at all,
 * then the headers of the weights, then the weights. A pull that was interrupted, however, goes on
 * where it stopped; a revision names the new commit when all of it is there.
 */
public final class Pull implements AutoCloseable {
  private static final int LENGTH_BYTES = 8;

  /** The limit of the safetensors format for headers. */
  private static final long MOST_HEADER = 100_000_000;

  private static final String SAFETENSORS = ".safetensors";
  private static final Pattern NEXT_PAGE = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"?next\"?");
  private static final int MOST_PAGES = 2000;

  private final HubSettings settings;
  private final PullGate gate;
  private final PullListener listener;
  private final HubClient client;
  private final Tuning tuning;

  /** By commit. */
  private final Map<String, Listing> listings = new HashMap<>();

  /**
   * Opens no connection yet.
   *
   * @throws HubException if the settings are offline
   */
  public Pull(HubSettings settings, PullGate gate, PullListener listener) {
    this(settings, gate, listener, Tuning.REAL);
  }

  Pull(HubSettings settings, PullGate gate, PullListener listener, Tuning tuning) {
    this.settings = settings;
    this.gate = gate;
    this.listener = listener;
    this.tuning = tuning;
    this.client = new HubClient(settings, tuning.pauses(), listener::note);
  }

  private ModelCache cache(ModelName model) {
    return new ModelCache(settings.cache(), model, tuning.linker());
  }

  /**
   * Asks the hub for the files of a model, and chooses. Nothing is written.
   *
   * @param include patterns of files to fetch; if empty, what a pipeline needs
   * @throws HubException if the hub refuses or can't be reached, or there is nothing to choose
   */
  public PullPlan plan(ModelName model, List<String> include) {
    ModelCache cache = cache(model);
    String commit = commit(model);
    Listing listing = listing(model, cache, commit);
    List<HubFile> files =
        include.isEmpty()
            ? pipeline(model, cache, commit, listing)
            : Selection.matching(model, listing, include);
    for (HubFile file : files) {
      if (!RepositoryPath.isPlain(file.path())) {
        throw new HubException(
            "%s: the file name %s is refused: it could lead out of the cache"
                .formatted(model, Printable.quote(file.path())));
      }
    }
    List<PullPlan.Entry> entries =
        files.stream()
            .map(file -> new PullPlan.Entry(file.path(), file.size(), there(cache, commit, file)))
            .toList();
    return new PullPlan(model, commit, cache.snapshot(commit), entries, include.isEmpty());
  }

  private static long there(ModelCache cache, String commit, HubFile file) {
    return cache.content(commit, file).isPresent()
        ? file.size()
        : PartialBlob.bytesThere(cache.blob(file.hash()), file.hash(), file.size());
  }

  private String commit(ModelName model) {
    URI uri =
        client.address(
            "/api/models/%s/revision/%s"
                .formatted(model.repository(), WebAddress.segment(model.revision())));
    String commit = client.json(model, uri).value().path("sha").asText();
    if (!ModelName.isCommit(commit)) {
      throw new HubException(
          "%s: the hub names no commit of it, but %s".formatted(model, Printable.quote(commit)));
    }
    return commit;
  }

  /** From the cache, or asked for once. */
  private Listing listing(ModelName model, ModelCache cache, String commit) {
    return cache
        .listing(commit)
        .orElseGet(() -> listings.computeIfAbsent(commit, _ -> ask(model, commit)));
  }

  private Listing ask(ModelName model, String commit) {
    Listing.Reader reader = new Listing.Reader(model);
    Optional<URI> next =
        Optional.of(
            client.address(
                "/api/models/%s/tree/%s?recursive=true&expand=false"
                    .formatted(model.repository(), commit)));
    for (int pages = 0; next.isPresent(); pages++) {
      if (pages == MOST_PAGES) {
        throw new HubException(
            "%s: the hub's list of files has more than %d pages".formatted(model, MOST_PAGES));
      }
      URI uri = next.get();
      HubClient.Json page = client.json(model, uri);
      reader.add(page.value());
      next =
          page.headers().allValues("link").stream()
              .map(NEXT_PAGE::matcher)
              .filter(Matcher::find)
              .map(found -> WebAddress.redirect(uri, found.group(1)))
              .findFirst();
    }
    return reader.listing();
  }

  private List<HubFile> pipeline(
      ModelName model, ModelCache cache, String commit, Listing listing) {
    HubFile file = listing.files().get(Selection.INDEX);
    if (file == null) {
      throw Selection.noPipeline(model, listing);
    }
    JsonConfig index = index(model, cache, commit, file);
    gate.index(index);
    return Selection.pipeline(model, listing, index);
  }

  /** The index, from the cache or into memory: a plan writes nothing. */
  private JsonConfig index(ModelName model, ModelCache cache, String commit, HubFile file) {
    Optional<Path> content = cache.content(commit, file);
    if (content.isPresent()) {
      return JsonConfig.read(content.get());
    }
    URI uri =
        client.address("/%s/resolve/%s/%s".formatted(model.repository(), commit, Selection.INDEX));
    JsonNode json = client.json(model, uri).value();
    return JsonConfig.of(model + ": " + Selection.INDEX, json);
  }

  /**
   * Fetches what a plan names and the cache lacks.
   *
   * @return the folder of the model
   * @throws HubException if the hub fails or refuses, a content isn't what it should be, or the
   *     cache can't be written
   * @throws CancellationException if the thread is interrupted; what is there is kept
   */
  public Path fetch(PullPlan plan) {
    Fetching fetching = new Fetching(plan);
    try {
      return fetching.run();
    } catch (UncheckedIOException e) {
      throw unwritable(fetching.cache, e.getCause());
    } catch (IOException e) {
      throw unwritable(fetching.cache, e);
    }
  }

  private static HubException unwritable(ModelCache cache, IOException e) {
    if (e instanceof ClosedByInterruptException) {
      CancellationException stopped = new CancellationException("interrupted");
      stopped.initCause(e);
      throw stopped;
    }
    return new HubException(
        "%s cannot be written: %s; make room, or name another folder in HF_HUB_CACHE: what is there is kept"
            .formatted(cache.folder(), FileErrors.reason(e)),
        e);
  }

  @Override
  public void close() {
    client.close();
  }

  /** One model on its way. */
  private final class Fetching {
    private final ModelName model;
    private final String commit;
    private final ModelCache cache;
    private final PullPlan plan;

    Fetching(PullPlan plan) {
      this.plan = plan;
      model = plan.model();
      commit = plan.commit();
      cache = cache(model);
    }

    Path run() throws IOException {
      cache.prepare();
      requireRoom();
      listener.begin(
          plan.entries().stream()
              .filter(entry -> entry.there() < entry.size())
              .mapToLong(PullPlan.Entry::size)
              .sum(),
          plan.entries().stream()
              .filter(entry -> entry.there() < entry.size())
              .mapToLong(PullPlan.Entry::there)
              .sum());
      Listing listing = listing(model, cache, commit);
      cache.keep(commit, listing);
      Collection<HubFile> files =
          plan.entries().stream().map(entry -> listing.files().get(entry.path())).toList();
      List<HubFile> weights = files.stream().filter(Fetching::isWeights).toList();
      List<HubFile> others = new ArrayList<>(files);
      others.removeAll(weights);
      Parallel.forEach(tuning.width(), others, file -> fetch(file, 1));
      if (plan.isPipeline()) {
        gate.configured(plan.snapshot());
      }
      Parallel.forEach(tuning.width(), weights, this::passGate);
      for (HubFile file : weights) {
        fetch(file, tuning.width());
      }
      cache.remember(model.revision(), commit);
      return plan.snapshot();
    }

    private static boolean isWeights(HubFile file) {
      return file.name().endsWith(SAFETENSORS) || file.name().endsWith(".gguf");
    }

    private void requireRoom() {
      new DiskRoom()
          .obstacle(cache.blobs().resolve(commit), plan.missingBytes())
          .ifPresent(obstacle -> {
            throw new HubException("%s: %s (HF_HUB_CACHE names it)".formatted(model, obstacle));
          });
    }

    private BlobLock lock(HubFile file) throws IOException {
      return BlobLock.take(
          cache.lock(file.hash()),
          () -> listener.note(file.path() + ": another process fetches it; waiting"));
    }

    /**
     * Fetches the header of a file and shows it to the gate. A file of which more is there has
     * passed before.
     */
    private void passGate(HubFile file) throws IOException {
      if (file.size() == 0 || there(cache, commit, file) > MOST_HEADER) {
        return;
      }
      try (BlobLock _ = lock(file)) {
        if (cache.content(commit, file).isPresent()) {
          return;
        }
        try (PartialBlob partial = open(file)) {
          listener.now("header of " + file.path());
          BlobDownload download = download(file, partial);
          download.head(Math.min(file.size(), tuning.headerBytes()));
          long end = Math.min(file.size(), headerEnd(file, partial));
          download.head(end);
          if (partial.there() <= Math.max(tuning.headerBytes(), end)) {
            show(file, partial);
          }
        }
      }
    }

    private void show(HubFile file, PartialBlob partial) {
      boolean isPassed = false;
      try {
        gate.weights(file.path(), partial.file());
        isPassed = true;
      } finally {
        if (!isPassed) {
          PartialBlob.delete(cache.blob(file.hash()));
        }
      }
    }

    /** Where the header of a safetensors file ends, as its first bytes say. */
    private static long headerEnd(HubFile file, PartialBlob partial) throws IOException {
      if (!file.name().endsWith(SAFETENSORS) || file.size() < LENGTH_BYTES) {
        return 0;
      }
      ByteBuffer length = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      try (FileChannel channel = FileChannel.open(partial.file())) {
        channel.read(length, 0);
      }
      long header = length.getLong(0);
      return header < 0 || header > MOST_HEADER ? 0 : LENGTH_BYTES + header;
    }

    private PartialBlob open(HubFile file) throws IOException {
      return PartialBlob.open(
          cache.blob(file.hash()), file.hash(), file.size(), tuning.pieceBytes(), _ -> {});
    }

    private BlobDownload download(HubFile file, PartialBlob partial) {
      return new BlobDownload(client, model, commit, cache, file, partial, listener::received);
    }

    /** Makes sure that a file is in the cache, whole and right, and has its place. */
    private void fetch(HubFile file, int width) throws IOException {
      if (takesWhatIsThere(file)) {
        return;
      }
      try (BlobLock _ = lock(file)) {
        if (takesWhatIsThere(file)) {
          // Another process has fetched what this one waited for.
          listener.received(file.size() - planned(file));
          return;
        }
        Path blob = cache.blob(file.hash());
        try (PartialBlob partial = open(file)) {
          listener.now(file.path());
          download(file, partial).rest(width);
          listener.now("checking " + file.path());
          if (!file.hash().isOf(partial.file(), _ -> {})) {
            PartialBlob.delete(blob);
            listener.received(-file.size());
            throw new HubException(
                "%s: what came is not what the hub promised (hash %s): it was thrown away, run the same command again"
                    .formatted(file.path(), file.hash()));
          }
          partial.publish(blob);
        }
        accept(file, blob);
      }
    }

    /** What the plan found of a file. */
    private long planned(HubFile file) {
      return plan.entries().stream()
          .filter(entry -> entry.path().equals(file.path()))
          .mapToLong(PullPlan.Entry::there)
          .sum();
    }

    /** Whether the content is there and right; what is there and wrong is thrown away. */
    private boolean takesWhatIsThere(HubFile file) throws IOException {
      Optional<Path> content = cache.content(commit, file);
      if (content.isEmpty()) {
        return false;
      }
      if (cache.isVerified(file.hash(), content.get())) {
        cache.place(commit, file, content.get());
        return true;
      }
      listener.now("checking " + file.path());
      if (file.hash().isOf(content.get(), _ -> {})) {
        accept(file, content.get());
        return true;
      }
      listener.note(
          "%s: its content is not what the hub has; it is fetched anew".formatted(file.path()));
      Files.delete(content.get());
      return false;
    }

    private void accept(HubFile file, Path content) throws IOException {
      cache.rememberVerified(file.hash(), content);
      cache.place(commit, file, content);
    }
  }
}
