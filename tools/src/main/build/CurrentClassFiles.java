import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.DeadCodeOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Writes the jars of a folder anew whose classes are in a form that a JVM does not keep in its cache: class files before
 * version 50, which say nothing about the types on the stack (JVM specification, 4.10.2). They would be parsed and
 * verified at every start. What the classes do stays the same. Run by the build with the folder as its argument.
 */
final class CurrentClassFiles {
  private static final int FIRST_WITH_STACK_MAPS = 50;

  private CurrentClassFiles() {}

  public static void main(String[] arguments) throws IOException {
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      for (Path jar : jars) {
        if (hasOldClasses(jar)) {
          rewrite(jar);
        }
      }
    }
  }

  private static boolean hasOldClasses(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      // One class stands for all of its jar, but the module's description, which is of a later time.
      var first =
          zip.stream()
              .map(ZipEntry::getName)
              .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
              .findFirst();
      return first.isPresent() && isOld(content(zip, zip.getEntry(first.get())));
    }
  }

  private static void rewrite(Path jar) throws IOException {
    Path rewritten = Path.of(jar + ".new");
    try (URLClassLoader classes = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        ZipFile zip = new ZipFile(jar.toFile());
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(rewritten))) {
      ClassFile files =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              DeadCodeOption.PATCH_DEAD_CODE,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(classes)));
      for (ZipEntry entry : zip.stream().toList()) {
        byte[] content = content(zip, entry);
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(isOld(content) ? withStackMaps(files, content) : content);
        out.closeEntry();
      }
    }
    Files.move(rewritten, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static byte[] withStackMaps(ClassFile files, byte[] content) {
    ClassModel old = files.parse(content);
    // Code that is handed on element by element is written anew, with its stack maps.
    return files.transformClass(
        old,
        ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
            .andThen(
                ClassTransform.endHandler(
                    builder -> builder.withVersion(ClassFile.JAVA_8_VERSION, 0))));
  }

  private static boolean isOld(byte[] content) {
    return content.length > 8
        && content[0] == (byte) 0xCA
        && content[1] == (byte) 0xFE
        && content[2] == (byte) 0xBA
        && content[3] == (byte) 0xBE
        && ((content[6] & 0xFF) << 8 | content[7] & 0xFF) < FIRST_WITH_STACK_MAPS;
  }

  private static byte[] content(ZipFile zip, ZipEntry entry) throws IOException {
    try (var in = zip.getInputStream(entry)) {
      return in.readAllBytes();
    }
  }
}
