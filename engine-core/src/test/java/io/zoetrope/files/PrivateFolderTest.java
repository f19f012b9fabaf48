package io.zoetrope.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class PrivateFolderTest {
  @TempDir Path folder;

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  @Test
  void onlyTheUserEntersAndTheFolderIsKept() throws IOException {
    Path cache = folder.resolve("home/.cache");
    Path first = PrivateFolder.kept(cache, "native");
    assertEquals("rwx------", permissions(first));
    assertEquals("rwx------", permissions(first.getParent()));
    Files.createFile(first.resolve("library.so"));
    assertEquals(first, PrivateFolder.kept(cache, "native"));
    assertEquals(cache.toRealPath().resolve("zoetrope/native"), first);
  }

  /** Somebody else could have put a library there before. */
  @Test
  void whatOthersCouldHaveFilledIsNotTaken() throws IOException {
    Path first = PrivateFolder.kept(folder, "native");
    permit(first, "rwxrwxrwx");
    assertThrows(IOException.class, () -> PrivateFolder.kept(folder, "native"));
    permit(first, "rwx------");
    permit(first.getParent(), "rwxr-xr-x");
    assertThrows(IOException.class, () -> PrivateFolder.kept(folder, "native"));
  }

  @Test
  void aFolderThatOthersCanExchangeIsNotTaken() throws IOException {
    permit(folder, "rwxrwxrwx");
    assertThrows(IOException.class, () -> PrivateFolder.kept(folder, "native"));
  }

  @Test
  void aLinkIsNotTaken() throws IOException {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Path own = Files.createDirectory(folder.resolve("zoetrope"));
    permit(own, "rwx------");
    Files.createSymbolicLink(own.resolve("native"), elsewhere);
    assertThrows(IOException.class, () -> PrivateFolder.kept(folder, "native"));
  }

  @Test
  void aFreshFolderIsNew() throws IOException {
    Path first = PrivateFolder.fresh("native");
    assertEquals("rwx------", permissions(first));
    assertNotEquals(first, PrivateFolder.fresh("native"));
  }
}
