package io.zoetrope.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.hub.HubStandIn.Fault.Cut;
import io.zoetrope.hub.HubStandIn.Fault.WrongBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is left of a pull that went wrong in the middle, and how the next one goes on. */
class InterruptedPullTest extends Pulls {
  /**
   * Fifty interruptions at random bytes: the connection breaks, or the server goes away for good
   * and another pull goes on. With one connection no byte is sent twice; several lose what was
   * under way in the others.
   */
  @Test
  void goesOnAfterInterruptionsAtRandomBytes() throws IOException {
    Random random = new Random(20261130);
    String request = "GET /cdn/" + hash(WEIGHTS);
    long all = files.get(WEIGHTS).length + files.get("tokenizer/spiece.model").length;
    int interruptions = 0;
    for (int round = 0; interruptions < 50; round++) {
      cacheFolder = folder.resolve("round" + round);
      hub.reset();
      int width = round % 3 == 2 ? 4 : 1;
      for (int i = 0; i < 4; i++) {
        int cuts = 2 + random.nextInt(9);
        for (int cut = 0; cut < cuts; cut++) {
          hub.fail(request, 1, new Cut(1 + random.nextInt(PIECE_BYTES / 4)));
        }
        hub.fail(request, 1000, new Cut(0));
        interruptions += cuts;
        long before = there();
        HubException stopped = assertThrows(HubException.class, () -> pullWith(width));
        assertTrue(stopped.getMessage().contains("goes on from here"), stopped.getMessage());
        assertFalse(Files.exists(cache().blob(hash(WEIGHTS))));
        assertTrue(there() > before, "from %d on, and now %d".formatted(before, there()));
        hub.calm();
      }
      assertPulled(pullWith(width), WEIGHTS);
      assertTrue(width > 1 || hub.served() == all, hub.served() + " instead of " + all);
      assertTrue(hub.served() <= all + 4L * (width - 1) * PIECE_BYTES, "" + hub.served());
    }
  }

  private long there() {
    return PartialBlob.bytesThere(
        cache().blob(hash(WEIGHTS)), hash(WEIGHTS), files.get(WEIGHTS).length);
  }

  /** What Ctrl-C does, and what a killed process leaves: both are gone on with. */
  @Test
  void goesOnAfterItWasStoppedOrKilled() throws Exception {
    Path killed = folder.resolve("killed");
    AtomicInteger pieces = new AtomicInteger();
    Thread job = Thread.currentThread();
    PullListener stopping =
        new PullListener() {
          @Override
          public void received(long bytes) {
            if (there() > SIZE / 3 && pieces.getAndIncrement() == 0) {
              // A kill leaves what the files are at some moment, the record behind the data.
              copy(cacheFolder, killed);
              job.interrupt();
            }
          }
        };
    Tuning tuning = new Tuning(pauses::add, PIECE_BYTES, 1 << 10, 1, Files::createSymbolicLink);
    try (Pull pull = new Pull(settings(), PullGate.NONE, stopping, tuning)) {
      PullPlan plan = pull.plan(MODEL, List.of());
      assertThrows(CancellationException.class, () -> pull.fetch(plan));
    }
    for (Path cache : List.of(cacheFolder, killed)) {
      cacheFolder = cache;
      hub.reset();
      assertTrue(there() > SIZE / 3, "%s has %d".formatted(cache, there()));
      long missing = files.get(WEIGHTS).length - there();
      assertPulled(pull("zoe/tiny"), WEIGHTS);
      assertEquals(missing, hub.served());
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()), LinkOption.NOFOLLOW_LINKS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A disk that lost what it was given: the piece is fetched again, and no other. */
  @Test
  void fetchesADamagedPieceAgain() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 4, new Cut(PIECE_BYTES / 2));
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new Cut(0));
    assertThrows(HubException.class, () -> pullWith(1));
    long there = there();
    Path data;
    try (Stream<Path> found = Files.list(cache().blobs())) {
      data =
          found
              .filter(file -> file.toString().endsWith(hash(WEIGHTS) + ".zoetrope.incomplete"))
              .findFirst()
              .orElseThrow();
    }
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[100]), PIECE_BYTES + 10);
    }
    hub.reset();
    assertPulled(pullWith(1), WEIGHTS);
    long again = hub.served() - (files.get(WEIGHTS).length - there);
    assertTrue(again > 0 && again <= PIECE_BYTES, again + " bytes of a piece");
  }

  @Test
  void throwsAwayWhatIsWrong() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new WrongBytes());
    String wrong = refusal("zoe/tiny");
    assertTrue(wrong.contains(WEIGHTS + ": what came is not what the hub promised"), wrong);
    assertEquals(4, names(cache().blobs()).size());
    assertNothingWrong();
    assertEquals(
        Optional.empty(), new LocalModels(settings()).find(MODEL).filter(s -> s.isComplete()));
    hub.calm();
    Path snapshot = pull("zoe/tiny");
    assertPulled(snapshot, WEIGHTS);

    // Others check sizes alone: what they left is read once, and fetched again if it is wrong.
    Path blob = cache().blob(hash(WEIGHTS));
    byte[] content = files.get(WEIGHTS).clone();
    content[SIZE / 2]++;
    Files.write(blob, content);
    hub.reset();
    assertPulled(pull("zoe/tiny"), WEIGHTS);
    assertTrue(notes.getLast().contains(WEIGHTS + ": its content is not what the hub has"));
  }

  @Test
  void looksForRoomBeforeTheFirstByte() throws IOException {
    hub.add("zoe/tiny").claim(WEIGHTS, 1L << 60);
    String refused = refusal("zoe/tiny");
    assertTrue(refused.contains("zoe/tiny: about 1099511627"), refused);
    assertTrue(refused.contains("HF_HUB_CACHE"), refused);
    assertEquals(0, hub.served());
    assertEquals(List.of(), names(cache().blobs()));

    cacheFolder = Files.writeString(folder.resolve("file"), "no folder").resolve("cache");
    hub.add("zoe/tiny").claim(WEIGHTS, files.get(WEIGHTS).length);
    assertTrue(refusal("zoe/tiny").contains("cannot be written"));
  }

  /** A limit on the size of files fails as a full disk does. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void leavesNothingWrongOnAFullDisk() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 64 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PullIntoFullDisk.class.getName(),
                hub.endpoint().toString(),
                cacheFolder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), output);
    assertTrue(output.contains("cannot be written: File too large; make room"), output);
    assertFalse(Files.exists(cache().blob(hash(WEIGHTS))));
    assertPulled(pull("zoe/tiny"), WEIGHTS);
  }

  /** Prints the message of the error, and nothing else. */
  static final class PullIntoFullDisk {
    public static void main(String[] arguments) {
      HubSettings settings =
          settings(
              URI.create(arguments[0]),
              Path.of(arguments[1]),
              Optional.empty(),
              Duration.ofSeconds(10));
      try (Pull pull = new Pull(settings, PullGate.NONE, PullListener.NONE)) {
        pull.fetch(pull.plan(MODEL, List.of()));
      } catch (HubException e) {
        System.out.print(e.getMessage());
        System.exit(1);
      }
    }
  }
}
