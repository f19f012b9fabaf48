package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder of PNG frames, {@code 00000.png} and so on, and {@code provenance.json}. Each frame
 * carries the provenance in a text chunk, and the label in an XMP packet.
 */
final class PngFolderWriter extends MediaWriter {
  static final String PROVENANCE_FILE = "provenance.json";

  /** What is left of pictures without noise. */
  static final double BYTES_PER_SAMPLE = 0.3;

  PngFolderWriter(Path target) {
    super(target);
  }

  @Override
  String unfit(int width, int height, int framesPerSecond) {
    return null;
  }

  @Override
  double bytesPerSample() {
    return BYTES_PER_SAMPLE;
  }

  @Override
  void begin(int width, int height, int framesPerSecond, Path path) throws IOException {
    Files.createDirectory(path);
    Files.createFile(path.resolve(PROVENANCE_FILE));
  }

  @Override
  void encode(FrameSequence frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException {
    Files.createDirectory(path);
    List<byte[]> chunks = PictureWriter.chunks(provenance);
    int index = 0;
    for (byte[] frame : frames) {
      byte[] png = PictureWriter.png(frames.width(), frames.height(), frame, chunks);
      Files.write(path.resolve(String.format(Locale.ROOT, "%05d.png", index++)), png);
    }
    Files.writeString(path.resolve(PROVENANCE_FILE), provenance.toPrettyJson() + "\n");
  }

  @Override
  Optional<String> obstacle() {
    recover();
    if (!Files.isDirectory(target())) {
      return Files.isRegularFile(target())
          ? Optional.of("it is a file, not a folder of frames; choose another name")
          : super.obstacle();
    }
    if (Path.of("").toAbsolutePath().startsWith(target())) {
      return Optional.of("it is the current folder or holds it; choose a new one");
    }
    if (!isReplaceable(target())) {
      return Optional.of("the folder holds other files than frames; choose an empty or new one");
    }
    return OutputFile.folderObstacle(target());
  }

  /** Whether a folder is empty or holds just what this class writes. */
  private static boolean isReplaceable(Path folder) {
    List<String> names;
    try (Stream<Path> files = Files.list(folder)) {
      names = files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw unusable(folder, e);
    }
    return names.isEmpty()
        || names.contains(PROVENANCE_FILE)
            && names.stream()
                .allMatch(name -> name.matches("\\d{5}\\.png") || name.equals(PROVENANCE_FILE));
  }

  /** A folder can't be renamed over a full one, so the old one steps aside first. */
  @Override
  void publish(Path temporary) throws IOException {
    if (!Files.exists(target())) {
      super.publish(temporary);
      return;
    }
    Path old = aside();
    OutputFile.rename(target(), old);
    try {
      super.publish(temporary);
    } catch (IOException | RuntimeException e) {
      OutputFile.rename(old, target());
      throw e;
    }
    OutputFile.deleteQuietly(old);
  }

  /** Where the old folder waits until the new one has its name; the same in each run. */
  private Path aside() {
    byte[] name = target().getFileName().toString().getBytes(StandardCharsets.UTF_8);
    return target().resolveSibling(".zoetrope-%s.replaced".formatted(UUID.nameUUIDFromBytes(name)));
  }

  /** A run that was killed between the two renames has left the old folder aside. */
  private void recover() {
    Path old = aside();
    if (!Files.isDirectory(old, LinkOption.NOFOLLOW_LINKS) || !isReplaceable(old)) {
      return;
    } else if (Files.exists(target())) {
      OutputFile.deleteQuietly(old);
      return;
    }
    try {
      OutputFile.rename(old, target());
    } catch (IOException e) {
      throw unusable(old, e);
    }
  }

  private static MediaException unusable(Path folder, IOException e) {
    return new MediaException(
        "cannot write %s: %s; choose another folder".formatted(folder, FileErrors.reason(e)), e);
  }
}
