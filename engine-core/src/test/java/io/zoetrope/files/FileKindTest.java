package io.zoetrope.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FileKindTest {
  @TempDir Path folder;

  /** First bytes in Latin-1, with Java's escapes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          EMPTY           | ``
          ZEROS           | \\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0
          GIT_LFS_POINTER | version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\nsize 5\\n
          WEB_PAGE        | <!DOCTYPE html>\\n<html>
          WEB_PAGE        | \\n <HTML lang="en">
          WEB_PAGE        | <?xml version="1.0"?><Error>
          DOWNLOAD_ERROR  | Entry not found
          DOWNLOAD_ERROR  | Invalid username or password.
          DOWNLOAD_ERROR  | {"error":"Repository not found"}
          PYTORCH         | PK\\3\\4\\0\\0\\10\\10\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\20\\0\\2\\0archive/data.pklFB
          PYTORCH         | \\200\\2}q\\0(X
          GGUF            | GGUF\\3\\0\\0\\0
          GGML            | lmgg\\1
          NUMPY           | \\223NUMPY\\1\\0
          NUMPY           | PK\\3\\4\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\5\\0\\0\\0a.npy
          HDF5            | \\211HDF\\r\\n\\32\\n
          SAFETENSORS     | \\20\\0\\0\\0\\0\\0\\0\\0{"a":1}
          JSON            | \\n{"a": 1}
          JSON            | []
          PNG             | \\211PNG\\r\\n\\32\\n
          JPEG            | \\377\\330\\377\\340\\0\\20JFIF
          GIF             | GIF89a
          WEBP            | RIFF\\0\\0\\0\\0WEBPVP8
          MP4             | \\0\\0\\0 ftypisom
          MATROSKA        | \\32E\\337\\243
          PDF             | %PDF-1.7
          ZIP             | PK\\3\\4
          ZIP             | PK\\3\\4\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\5\\0\\0\\0a.txt
          ARCHIVE         | \\37\\213\\10\\0
          ARCHIVE         | 7z\\274\\257
          """)
  void kindsAreKnownByTheirFirstBytes(FileKind kind, String head) throws IOException {
    byte[] bytes =
        head == null ? new byte[0] : head.translateEscapes().getBytes(StandardCharsets.ISO_8859_1);
    assertEquals(Optional.of(kind), FileKind.of(bytes));
    assertEquals(Optional.of(kind), FileKind.of(Files.write(folder.resolve("file"), bytes)));
  }

  @ParameterizedTest
  @CsvSource({"hello", "GGU", "PK", "\\12\\16\\12\\5<pad>", "a: b"})
  void othersAreUnknown(String head) {
    assertEquals(
        Optional.empty(),
        FileKind.of(head.translateEscapes().getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void cutHeadsAreNoFault() {
    byte[] zip =
        "PK\3\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\u00FF\u00FF\0\0abc"
            .getBytes(StandardCharsets.ISO_8859_1);
    for (int length = 0; length <= zip.length; length++) {
      FileKind.of(Arrays.copyOf(zip, length));
    }
    assertEquals(Optional.of(FileKind.ZIP), FileKind.of(zip));
  }

  @Test
  void whatIsNoFileHasNoKind() {
    assertEquals(Optional.empty(), FileKind.of(folder));
    assertEquals(Optional.empty(), FileKind.of(folder.resolve("none")));
  }

  @ParameterizedTest
  @EnumSource(FileKind.class)
  void descriptionsAreOneLine(FileKind kind) {
    assertTrue(kind.description().startsWith("it "), kind.description());
    assertEquals(1, kind.description().lines().count());
  }
}
