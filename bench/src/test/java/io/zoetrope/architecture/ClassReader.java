package io.zoetrope.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads which classes of this project use which others, from compiled classes: constant pool,
 * descriptors and generic signatures. A constant that the compiler has copied leaves no trace.
 */
final class ClassReader {
  private static final Pattern OWN_CLASS = Pattern.compile("io/zoetrope/[\\w/]+");

  private final Set<Arrow> arrows = new LinkedHashSet<>();

  /** Reads everything that was compiled together with a class: a folder, or a jar. */
  static Set<Arrow> arrowsOf(Class<?> witness) {
    ClassReader reader = new ClassReader();
    try {
      Path place = Path.of(witness.getProtectionDomain().getCodeSource().getLocation().toURI());
      if (Files.isDirectory(place)) {
        reader.readAll(place);
      } else {
        try (FileSystem jar =
            FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
          reader.readAll(jar.getPath("/"));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(witness.getName(), e);
    }
    return reader.arrows;
  }

  private void readAll(Path root) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(file -> file.toString().endsWith(".class")).sorted().toList();
    }
    for (Path file : files) {
      read(Files.readAllBytes(file));
    }
  }

  private void read(byte[] bytes) {
    ClassModel model = ClassFile.of().parse(bytes);
    String from = topLevel(model.thisClass().asInternalName());
    for (PoolEntry entry : model.constantPool()) {
      switch (entry) {
        case ClassEntry used -> add(from, used.asInternalName());
        case NameAndTypeEntry member -> add(from, member.type().stringValue());
        case MethodTypeEntry type -> add(from, type.descriptor().stringValue());
        default -> {}
      }
    }
    model.fields().forEach(field -> add(from, field.fieldType().stringValue()));
    model.methods().forEach(method -> add(from, method.methodType().stringValue()));
    Stream.concat(
            Stream.of(model), Stream.concat(model.fields().stream(), model.methods().stream()))
        .flatMap(element -> element.findAttribute(Attributes.signature()).stream())
        .forEach(signature -> add(from, signature.signature().stringValue()));
  }

  private void add(String from, String text) {
    Matcher matcher = OWN_CLASS.matcher(text);
    while (matcher.find()) {
      String to = topLevel(matcher.group());
      if (!to.equals(from)) {
        arrows.add(new Arrow(from, to));
      }
    }
  }

  private static String topLevel(String internalName) {
    int nested = internalName.indexOf('$');
    return (nested < 0 ? internalName : internalName.substring(0, nested)).replace('/', '.');
  }
}
