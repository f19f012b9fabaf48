package io.zoetrope.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Folders for code that is unpacked and then runs: nobody else can have put anything there.
 * Libraries that unpack native code by themselves do it in folders with guessable names, where they
 * take what they find.
 */
public final class PrivateFolder {
  private static final int ROOT = 0;
  private static final int ACCESS_OF_OTHERS = 0077;
  private static final int WRITABLE_BY_GROUP = 0020;
  private static final int WRITABLE_BY_ALL = 0002;

  /** In such a folder only the owner of a file can rename or replace it. */
  private static final int STICKY = 01000;

  private PrivateFolder() {}

  /**
   * A folder of this user that outlasts the process, below {@code zoetrope} in the user's cache
   * folder; a {@link #fresh} one if there is none that nobody else can change.
   *
   * @param name of the folder
   * @throws IOException if no folder can be created
   */
  public static Path kept(String name) throws IOException {
    Optional<Path> cache = userCache();
    if (cache.isPresent()) {
      try {
        return kept(cache.get(), name);
      } catch (IOException _) {
        // Unpacking again takes a moment; running somebody else's code is worse.
      }
    }
    return fresh(name);
  }

  /**
   * Does what {@link #kept(String)} does, below a given folder.
   *
   * @throws IOException if somebody else could have put something there
   */
  static Path kept(Path cache, String name) throws IOException {
    if (!hasUnixOwners()) {
      return Files.createDirectories(cache.resolve("zoetrope").resolve(name));
    }
    Path parent = Files.createDirectories(cache, ownerOnly()).toRealPath().resolve("zoetrope");
    Path folder = parent.resolve(name);
    create(parent);
    create(folder);
    Path probe = Files.createTempFile(folder, "owner", null);
    int user;
    try {
      user = attribute(probe, "uid");
    } finally {
      Files.delete(probe);
    }
    require(isOnlyOf(user, folder) && isOnlyOf(user, parent), folder);
    for (Path around = parent.getParent(); around != null; around = around.getParent()) {
      require(isSafeFor(user, around), around);
    }
    return folder;
  }

  /**
   * A new folder with a random name, which only this user can enter; it is deleted at exit.
   *
   * @param name part of its name
   * @throws IOException if it cannot be created
   */
  public static Path fresh(String name) throws IOException {
    Path folder = Files.createTempDirectory("zoetrope-" + name);
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> OutputFile.deleteQuietly(folder)));
    } catch (IllegalStateException e) {
      OutputFile.deleteQuietly(folder);
      throw new IOException("the program is about to end", e);
    }
    return folder;
  }

  private static void create(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(folder, ownerOnly());
    }
  }

  private static FileAttribute<?> ownerOnly() {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  }

  private static boolean isOnlyOf(int user, Path folder) throws IOException {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
        && attribute(folder, "uid") == user
        && (attribute(folder, "mode") & ACCESS_OF_OTHERS) == 0;
  }

  /** Whether nobody else but root can exchange what lies in a folder. */
  private static boolean isSafeFor(int user, Path folder) throws IOException {
    int owner = attribute(folder, "uid");
    int mode = attribute(folder, "mode");
    // Many systems give each user a group of the same number.
    boolean shared =
        (mode & WRITABLE_BY_ALL) != 0
            || ((mode & WRITABLE_BY_GROUP) != 0 && attribute(folder, "gid") != user);
    return (owner == user || owner == ROOT) && (!shared || (mode & STICKY) != 0);
  }

  private static int attribute(Path path, String name) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
  }

  private static boolean hasUnixOwners() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("unix");
  }

  private static void require(boolean safe, Path folder) throws IOException {
    if (!safe) {
      throw new FileSystemException(folder.toString(), null, "others can write there");
    }
  }

  /** The folder for what programs can make again; users without a home have none. */
  private static Optional<Path> userCache() {
    Map<String, String> environment = System.getenv();
    Path named = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
    if (named.isAbsolute()) {
      return Optional.of(named);
    }
    Path home = Path.of(System.getProperty("user.home", ""));
    if (!home.isAbsolute() || !Files.isDirectory(home)) {
      return Optional.empty();
    }
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (system.startsWith("windows")) {
      return Optional.ofNullable(environment.get("LOCALAPPDATA")).map(Path::of);
    }
    return Optional.of(home.resolve(system.startsWith("mac") ? "Library/Caches" : ".cache"));
  }
}
