package io.zoetrope.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a file is by its first bytes, for whoever expected something else of it: the files that lie
 * around models, and what downloads leave.
 */
public enum FileKind {
  EMPTY("it is empty: download it again"),
  ZEROS("it begins with zeros: its download did not finish"),
  GIT_LFS_POINTER("it is a Git LFS pointer, not the file: run 'git lfs pull' in its folder"),
  WEB_PAGE("it is a web page, not the file: download it again, logged in if it asks for that"),
  DOWNLOAD_ERROR("it is the error message of a download: check the address, download it again"),
  PYTORCH(
      "it is a PyTorch file (pickle), which can run any program when it is loaded and is not read:"
          + " take the model's safetensors"),
  GGUF(
      "it is a GGUF file, which is read as a transformer or a text encoder alone: see --transformer"
          + " and --text-encoder"),
  GGML("it is a GGML file, which is not supported: take the model's safetensors"),
  NUMPY("it is a NumPy file: save its arrays with safetensors.numpy.save_file"),
  HDF5("it is an HDF5 file, which is not supported: take the model's safetensors"),
  SAFETENSORS("it is a safetensors file"),
  JSON("it is a JSON text"),
  PNG("it is a PNG picture"),
  JPEG("it is a JPEG picture"),
  GIF("it is a GIF picture"),
  WEBP("it is a WebP picture"),
  MP4("it is an MP4 clip"),
  MATROSKA("it is a Matroska or WebM clip"),
  PDF("it is a PDF document"),
  ZIP("it is a zip archive: unpack it first"),
  ARCHIVE("it is a compressed archive: unpack it first");

  /** How many of the first bytes are looked at. */
  public static final int HEAD = 512;

  /** Where a zip archive has the length of its first name; the name stands further on. */
  private static final int ZIP_NAME_LENGTH = 26;

  private static final int ZIP_NAME = 30;

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  /** What the file is and what to do, without the file's name: "it is ...". */
  public String description() {
    return description;
  }

  /** The kind of a regular file; empty if it cannot be read or is none that is known. */
  public static Optional<FileKind> of(Path file) {
    try {
      InputFile.requireRegular(file);
      try (InputStream in = Files.newInputStream(file)) {
        return of(in.readNBytes(HEAD));
      }
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /**
   * The kind of a file that begins with these bytes.
   *
   * @param head the first {@link #HEAD} bytes, or all if there are fewer; what follows is ignored
   */
  public static Optional<FileKind> of(byte[] head) {
    byte[] first = head.length <= HEAD ? head : Arrays.copyOf(head, HEAD);
    String bytes = new String(first, StandardCharsets.ISO_8859_1);
    Optional<FileKind> binary = Optional.ofNullable(binary(bytes));
    return binary.isPresent() ? binary : Optional.ofNullable(text(bytes));
  }

  private static FileKind binary(String head) {
    if (head.isEmpty()) {
      return EMPTY;
    } else if (isSafetensors(head)) {
      return SAFETENSORS;
    } else if (head.length() >= 16 && head.chars().allMatch(c -> c == 0)) {
      return ZEROS;
    } else if (head.startsWith("PK\3\4")) {
      return zip(head);
    } else if (head.length() > 2
        && head.charAt(0) == 0x80
        && head.charAt(1) >= 2
        && head.charAt(1) <= 5) {
      return PYTORCH;
    } else if (head.startsWith("GGUF")) {
      return GGUF;
    } else if (startsWithAny(head, "lmgg", "fmgg", "tjgg")) {
      return GGML;
    } else if (head.startsWith("\u0093NUMPY")) {
      return NUMPY;
    } else if (head.startsWith("\u0089HDF\r\n")) {
      return HDF5;
    } else if (head.startsWith("\u0089PNG")) {
      return PNG;
    } else if (head.startsWith("\u00FF\u00D8\u00FF")) {
      return JPEG;
    } else if (head.startsWith("GIF8")) {
      return GIF;
    } else if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return WEBP;
    } else if (head.startsWith("ftyp", 4)) {
      return MP4;
    } else if (head.startsWith("\u001A\u0045\u00DF\u00A3")) {
      return MATROSKA;
    } else if (head.startsWith("%PDF-")) {
      return PDF;
    } else if (startsWithAny(
            head, "\u001F\u008B", "\u00FD7zXZ\0", "(\u00B5/\u00FD", "BZh", "7z\u00BC\u00AF")
        || head.startsWith("ustar", 257)) {
      return ARCHIVE;
    }
    return null;
  }

  /** Less than 100 MB of header, and a brace. */
  private static boolean isSafetensors(String head) {
    return head.length() > 8
        && head.charAt(8) == '{'
        && head.charAt(3) <= 5
        && head.substring(4, 8).equals("\0\0\0\0");
  }

  private static FileKind zip(String head) {
    if (head.length() < ZIP_NAME) {
      return ZIP;
    }
    int length = head.charAt(ZIP_NAME_LENGTH) | head.charAt(ZIP_NAME_LENGTH + 1) << 8;
    String name = head.substring(ZIP_NAME, Math.min(head.length(), ZIP_NAME + length));
    return name.endsWith("/data.pkl") ? PYTORCH : name.endsWith(".npy") ? NUMPY : ZIP;
  }

  private static FileKind text(String head) {
    String start = head.stripLeading().toLowerCase(Locale.ROOT);
    if (start.startsWith("version https://git-lfs")) {
      return GIT_LFS_POINTER;
    } else if (startsWithAny(start, "<!doctype html", "<html", "<?xml", "\u00EF\u00BB\u00BF<")) {
      return WEB_PAGE;
    } else if (startsWithAny(
        start,
        "entry not found",
        "invalid username or password",
        "access to model",
        "{\"error\"")) {
      return DOWNLOAD_ERROR;
    } else if (start.startsWith("{") || start.startsWith("[")) {
      return JSON;
    }
    return null;
  }

  private static boolean startsWithAny(String text, String... beginnings) {
    return Arrays.stream(beginnings).anyMatch(text::startsWith);
  }
}
