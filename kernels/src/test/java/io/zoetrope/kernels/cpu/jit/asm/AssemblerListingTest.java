package io.zoetrope.kernels.cpu.jit.asm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The bytes that the assembler writes against those of GNU as.
 *
 * <p>After a change of {@link AssemblerForms}, run this test with {@code
 * -Dzoetrope.assembler.listing=FOLDER}, which writes {@code forms.s} there; then, in that folder,
 * {@code as --listing-lhs-width=4 -aln=forms.lst -o forms.o forms.s} (binutils 2.40 or later) makes
 * the listing. Both belong into this module's test resources.
 */
class AssemblerListingTest {
  private static final String HEADER = ".intel_syntax noprefix\n.text\n";

  @Test
  void agreesWithTheIndependentAssembler() throws IOException {
    List<AssemblerForms.Form> forms = AssemblerForms.all();
    StringBuilder source = new StringBuilder(HEADER);
    forms.forEach(form -> source.append(form.text()).append('\n'));
    String folder = System.getProperty("zoetrope.assembler.listing");
    if (folder != null) {
      Files.writeString(Path.of(folder, "forms.s"), source);
    }
    assertEquals(resource("forms.s"), source.toString(), "forms.s has to be made anew");
    List<String> listing = listing(resource("forms.lst"));
    assertEquals(forms.size(), listing.size());
    List<String> differences = new ArrayList<>();
    for (int i = 0; i < forms.size(); i++) {
      byte[] code = forms.get(i).assemble();
      String actual = HexFormat.of().withUpperCase().formatHex(code, 0, forms.get(i).length());
      if (!actual.equals(listing.get(i))) {
        differences.add(
            "%s: %s instead of %s".formatted(forms.get(i).text(), actual, listing.get(i)));
      }
    }
    assertEquals(List.of(), differences);
  }

  /** The bytes of each line of code, which stand before a tab, behind number and offset. */
  private static List<String> listing(String text) {
    List<String> bytes = new ArrayList<>();
    for (String line : text.lines().toList()) {
      String[] words = line.substring(0, Math.max(0, line.indexOf('\t'))).strip().split("\\s+");
      if (words.length > 2) {
        bytes.add(String.join("", List.of(words).subList(2, words.length)));
      }
    }
    return bytes;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = AssemblerListingTest.class.getResourceAsStream(name)) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
