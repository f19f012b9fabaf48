package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameMapTest {
  private final NameMap map =
      NameMap.of(
          """
          head.modulation = table

          blocks.*.q.*    = layers.*.attention.to_q.*
          blocks.*.norm3  = layers.*.norm2
          """);

  @Test
  void wildcardsStandForOnePart() {
    assertEquals(Optional.of("table"), map.toRight("head.modulation"));
    assertEquals(Optional.of("layers.12.attention.to_q.bias"), map.toRight("blocks.12.q.bias"));
    assertEquals(Optional.of("blocks.0.norm3"), map.toLeft("layers.0.norm2"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "head", "table", "blocks.0.norm2", "blocks.0.q", "blocks.0.q.a.b"})
  void unknownNamesHaveNoOther(String name) {
    assertEquals(Optional.empty(), map.toRight(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "a = b = c", "a.* = b", "a.*.b = c.*.*"})
  void refusesLinesThatAreNoPairs(String line) {
    assertThrows(IllegalArgumentException.class, () -> NameMap.of(line));
  }
}
