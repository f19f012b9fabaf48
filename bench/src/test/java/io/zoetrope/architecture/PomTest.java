package io.zoetrope.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** The build says nothing that nobody needs. */
class PomTest {
  private static final Path ROOT = Fixtures.path("..").normalize();

  /** Properties that Maven and its plugins read. */
  private static final Set<String> OF_MAVEN =
      Set.of(
          "project.build.sourceEncoding",
          "project.build.outputTimestamp",
          "maven.compiler.release");

  private static List<Path> poms() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      List<Path> poms = new ArrayList<>(List.of(ROOT.resolve("pom.xml")));
      folders.map(folder -> folder.resolve("pom.xml")).filter(Files::exists).forEach(poms::add);
      return poms;
    }
  }

  private static Document parse(Path pom)
      throws IOException, ParserConfigurationException, SAXException {
    return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
  }

  private static List<Element> elements(Node parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element) {
        if (element.getTagName().equals(name)) {
          found.add(element);
        }
        found.addAll(elements(element, name));
      }
    }
    return found;
  }

  private static String text(Element parent, String name) {
    return elements(parent, name).stream().findFirst().map(Node::getTextContent).orElse("");
  }

  private static String artifact(Element dependency) {
    return Stream.of("groupId", "artifactId", "type", "classifier")
        .map(part -> text(dependency, part))
        .collect(Collectors.joining(":"));
  }

  @Test
  void everyPropertyIsUsed() throws Exception {
    StringBuilder all = new StringBuilder();
    for (Path pom : poms()) {
      all.append(Files.readString(pom));
    }
    for (Path pom : poms()) {
      for (Element properties : elements(parse(pom), "properties")) {
        for (Node node = properties.getFirstChild(); node != null; node = node.getNextSibling()) {
          if (node instanceof Element property && !OF_MAVEN.contains(property.getTagName())) {
            String use = "${" + property.getTagName() + "}";
            assertFalse(
                all.indexOf(use) < 0, pom + " defines " + use + ", which is used by nothing");
          }
        }
      }
    }
  }

  @Test
  void everyManagedDependencyIsUsedAndHasOneVersion() throws Exception {
    Document root = parse(ROOT.resolve("pom.xml"));
    List<String> managed =
        elements(elements(root, "dependencyManagement").getFirst(), "dependency").stream()
            .filter(dependency -> !text(dependency, "scope").equals("import"))
            .map(PomTest::artifact)
            .sorted()
            .toList();
    Set<String> used =
        poms().stream()
            .flatMap(PomTest::declared)
            .map(PomTest::artifact)
            .collect(Collectors.toSet());
    assertEquals(managed.stream().distinct().toList(), managed);
    assertEquals(List.of(), managed.stream().filter(entry -> !used.contains(entry)).toList());
  }

  /** Dependencies that are not merely managed. */
  private static Stream<Element> declared(Path pom) {
    try {
      return elements(parse(pom), "dependency").stream()
          .filter(dependency ->
              !dependency
                  .getParentNode()
                  .getParentNode()
                  .getNodeName()
                  .equals("dependencyManagement"));
    } catch (IOException | ParserConfigurationException | SAXException e) {
      throw new IllegalStateException(pom.toString(), e);
    }
  }
}
