package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VocabularyTest {
  @Test
  void wordsThatItLacksAreNamedOnce() {
    var vocabulary = new Vocabulary(Set.of("a", "red", "ball", "bounces"));
    assertEquals(List.of(), vocabulary.unknown("A red ball, bounces!"));
    assertEquals(
        List.of("dragon", "über", "7"), vocabulary.unknown("Dragon über a RED dragon-ball 7."));
  }
}
