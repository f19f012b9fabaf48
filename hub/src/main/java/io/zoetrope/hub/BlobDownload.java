package io.zoetrope.hub;

import io.zoetrope.files.Printable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Fetches one file, piece by piece and several pieces at a time, into a {@link PartialBlob}. The
 * hub says where the content lies, which is asked again when that address is no longer good; a
 * content that has another tag since is still the same file, or its hash says at the end that it is
 * not.
 */
final class BlobDownload {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");

  private static final int PARTIAL_CONTENT = 206;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** What signed addresses answer when their time is over. */
  private static final List<Integer> NO_LONGER_GOOD = List.of(400, 401, 403, 404, 410);

  private final HubClient client;
  private final ModelName model;
  private final String commit;
  private final ModelCache cache;
  private final HubFile file;
  private final PartialBlob partial;
  private final LongConsumer received;
  private Place place;

  /**
   * Where the content lies.
   *
   * @param isElsewhere whether that is another host than the hub's
   */
  private record Place(URI uri, boolean isElsewhere) {}

  /** The server sends whole files only. */
  private static final class RangesIgnored extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * A download that has made no request yet.
   *
   * @param received hears of bytes that came
   */
  BlobDownload(
      HubClient client,
      ModelName model,
      String commit,
      ModelCache cache,
      HubFile file,
      PartialBlob partial,
      LongConsumer received) {
    this.client = client;
    this.model = model;
    this.commit = commit;
    this.cache = cache;
    this.file = file;
    this.partial = partial;
    this.received = received;
  }

  /** Fetches the first bytes of the file, and no others. */
  void head(long bytes) throws IOException {
    try {
      for (int piece = 0; piece < partial.pieces() && partial.begin(piece) < bytes; piece++) {
        fill(piece, Math.min(partial.length(piece), bytes - partial.begin(piece)));
      }
    } catch (RangesIgnored _) {
      all();
    }
  }

  /**
   * Fetches what is missing.
   *
   * @param width how many pieces at a time
   */
  void rest(int width) throws IOException {
    List<Integer> missing =
        IntStream.range(0, partial.pieces())
            .filter(piece -> !partial.isDone(piece))
            .boxed()
            .toList();
    try {
      Parallel.forEach(width, missing, piece -> fill(piece, partial.length(piece)));
    } catch (RangesIgnored _) {
      all();
    }
  }

  /** Makes requests until a piece has so many bytes. */
  private void fill(int piece, long until) throws IOException {
    Retries retries = client.retries(file.path());
    while (partial.done(piece) < until) {
      long before = partial.done(piece);
      try {
        Place from = place();
        HubClient.Reply reply = request(from, piece, until);
        if (!reply.isSuccess()) {
          handle(from, reply);
        } else if (partial.done(piece) < until) {
          throw new PassingFailure("the answer ended early", reply.headers());
        }
      } catch (PassingFailure e) {
        if (partial.done(piece) > before) {
          retries.progressed();
        }
        retries.pauseAfter(e);
      }
    }
  }

  private HubClient.Reply request(Place from, int piece, long until) throws IOException {
    long begin = partial.begin(piece) + partial.done(piece);
    long end = partial.begin(piece) + until;
    boolean isWhole = begin == 0 && end == file.size();
    Map<String, String> headers = new HashMap<>();
    if (!isWhole) {
      headers.put("Range", "bytes=%d-%d".formatted(begin, end - 1));
    }
    if (begin > 0) {
      partial.tag().ifPresent(tag -> headers.put("If-Match", tag));
    }
    HubClient.Reply reply =
        client.send("GET", from.uri(), headers, true, info -> sink(info, piece, begin, end));
    if (reply.isSuccess() && reply.status() != PARTIAL_CONTENT && begin > 0) {
      throw new RangesIgnored();
    }
    return reply;
  }

  private Predicate<ByteBuffer> sink(
      HttpResponse.ResponseInfo info, int piece, long begin, long end) {
    boolean isRange = info.statusCode() == PARTIAL_CONTENT;
    if (info.statusCode() / 100 != 2 || (!isRange && begin > 0)) {
      return _ -> false;
    }
    if (isRange) {
      requireRange(info.headers().firstValue("content-range").orElse(""), begin, end);
    }
    partial.remember(info.headers().firstValue("etag").filter(tag -> tag.startsWith("\"")));
    return bytes -> {
      int count = bytes.remaining();
      long before = partial.done(piece);
      boolean fits = partial.append(piece, bytes);
      received.accept(partial.done(piece) - before);
      if (!fits && isRange) {
        throw new HubException(
            "%s: the server sends %d bytes more than it was asked for"
                .formatted(file.path(), count));
      }
      return isRange || partial.begin(piece) + partial.done(piece) < end;
    };
  }

  private void requireRange(String range, long begin, long end) {
    Matcher found = CONTENT_RANGE.matcher(range);
    boolean isRight =
        found.matches()
            && Long.parseLong(found.group(1)) == begin
            && Long.parseLong(found.group(2)) == end - 1
            && (found.group(3).equals("*") || Long.parseLong(found.group(3)) == file.size());
    if (!isRight) {
      throw new HubException(
          "%s: asked for bytes %d to %d of %d, the server answers with %s: try again later"
              .formatted(file.path(), begin, end - 1, file.size(), Printable.quote(range)));
    }
  }

  /** What to do about an answer without content; returns if the request can be made again. */
  private void handle(Place from, HubClient.Reply reply) throws PassingFailure {
    int status = reply.status();
    if (status == PRECONDITION_FAILED) {
      partial.remember(Optional.empty());
      throw new PassingFailure("the tag of its content is another one now", reply.headers());
    } else if (status == RANGE_NOT_SATISFIABLE) {
      throw new HubException(
          "%s: the hub's list says %d bytes, its store has other ones (416, %s): try again later"
              .formatted(
                  file.path(),
                  file.size(),
                  Printable.quote(reply.headers().firstValue("content-range").orElse(""))));
    } else if (from.isElsewhere() && NO_LONGER_GOOD.contains(status)) {
      forget(from);
      throw new PassingFailure(
          "the address of its content is no longer good (%d)".formatted(status), reply.headers());
    }
    throw Refusal.of(client, model, file.path(), reply);
  }

  /** Fetches the whole file in one piece, from a server that knows no ranges. */
  private void all() throws IOException {
    Retries retries = client.retries(file.path());
    while (partial.there() < file.size()) {
      long before = partial.there();
      long[] at = new long[1];
      try {
        Place from = place();
        HubClient.Reply reply =
            client.send(
                "GET",
                from.uri(),
                Map.of(),
                true,
                info -> bytes -> info.statusCode() / 100 == 2 && spread(bytes, at));
        if (!reply.isSuccess()) {
          handle(from, reply);
        } else if (partial.there() < file.size()) {
          throw new PassingFailure("the answer ended early", reply.headers());
        }
      } catch (PassingFailure e) {
        if (partial.there() > before) {
          retries.progressed();
        }
        retries.pauseAfter(e);
      }
    }
  }

  /** Adds bytes of the whole file to the pieces that lack them. */
  private boolean spread(ByteBuffer bytes, long[] at) {
    int piece = 0;
    while (bytes.hasRemaining() && at[0] < file.size()) {
      while (partial.begin(piece) + partial.length(piece) <= at[0]) {
        piece++;
      }
      long left = partial.begin(piece) + partial.length(piece) - at[0];
      int count = (int) Math.min(left, bytes.remaining());
      ByteBuffer part = bytes.slice(bytes.position(), count);
      long skipped = Math.min(count, partial.begin(piece) + partial.done(piece) - at[0]);
      part.position((int) skipped);
      received.accept(part.remaining());
      partial.append(piece, part);
      bytes.position(bytes.position() + count);
      at[0] += count;
    }
    return true;
  }

  private synchronized void forget(Place stale) {
    if (stale.equals(place)) {
      place = null;
    }
  }

  private synchronized Place place() throws IOException {
    if (place == null) {
      place = locate();
    }
    return place;
  }

  /** Asks the hub where the content lies, and whether it is still what the listing says. */
  private Place locate() throws IOException {
    URI uri =
        client.address(
            "/%s/resolve/%s/%s"
                .formatted(model.repository(), commit, WebAddress.path(file.path())));
    HubClient.Reply reply = client.send("HEAD", uri, Map.of(), false, _ -> _ -> true);
    if (reply.status() / 100 > 3) {
      if (reply.header("x-error-code").equals("EntryNotFound")) {
        cache.rememberMissing(commit, file.path());
      }
      throw Refusal.of(client, model, file.path(), reply);
    }
    boolean isElsewhere = !reply.isSuccess();
    requireListed(reply, isElsewhere);
    URI to =
        isElsewhere
            ? WebAddress.redirect(reply.uri(), reply.headers().firstValue("location").orElse(""))
            : reply.uri();
    return new Place(to, isElsewhere);
  }

  private void requireListed(HubClient.Reply reply, boolean isElsewhere) {
    String linked = reply.header("x-linked-etag");
    String tag =
        linked.isEmpty() && !isElsewhere ? reply.headers().firstValue("etag").orElse("") : linked;
    String hash = tag.replaceFirst("^W/", "").replace("\"", "");
    String size = reply.header("x-linked-size");
    boolean isRight =
        (ContentHash.parse(hash).isEmpty() || hash.equals(file.hash().hex()))
            && (size.isEmpty() || size.equals(Long.toString(file.size())));
    if (!isRight) {
      throw new HubException(
          "%s: the hub's list says %d bytes of %s, and asked for the file it says %s of %s: try again later"
              .formatted(
                  file.path(),
                  file.size(),
                  file.hash(),
                  Printable.value(size),
                  Printable.value(hash)));
    }
  }
}
