package io.zoetrope.kernels.emulator.opcodes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Loads copies of the classes in {@link RowTemplates}, each with a function of its own. */
final class RowCompiler {
  private RowCompiler() {}

  /**
   * A copy of a template.
   *
   * @param template one of the classes in {@link RowTemplates}
   * @param function that the copy applies, of the type that the template wants
   * @return its constructor, which takes the registers: target first, then sources
   */
  static MethodHandle constructor(Class<?> template, Object function) {
    try {
      MethodHandles.Lookup copy =
          MethodHandles.lookup().defineHiddenClassWithClassData(bytes(template), function, true);
      return copy.findConstructor(
          copy.lookupClass(), MethodType.methodType(void.class, int[].class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("template " + template.getName(), e);
    }
  }

  private static byte[] bytes(Class<?> template) {
    String name = template.getName();
    String file = name.substring(name.lastIndexOf('.') + 1) + ".class";
    try (InputStream in = template.getResourceAsStream(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
