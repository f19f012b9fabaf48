package io.zoetrope.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void visibleTextStaysAsItIs() {
    String text = "blocks.0.weiß 一个红球 \uD83C\uDF88 \\ '";
    assertSame(text, Printable.escape(text));
    assertEquals("'" + text + "'", Printable.quote(text));
  }

  /** Escape sequences begin with ESC, or with one of the C1 characters; others hide or reverse. */
  @Test
  void whatSteersATerminalIsWrittenAsAnEscape() {
    assertEquals("'\\u001b[2J\\u0007\\u007f'", Printable.quote("\u001B[2J\u0007\u007F"));
    assertEquals("'\\u009b2J\\u009dtitle\\u009c'", Printable.quote("\u009B2J\u009Dtitle\u009C"));
    assertEquals("\\u202eexe.\\u200b\\ufeff", Printable.escape("\u202Eexe.\u200B\uFEFF"));
    assertEquals("\\u2028\\u2029\\ud83c", Printable.escape("\u2028\u2029\uD83C"));
    assertEquals("\\udb40\\udc01", Printable.escape("\uDB40\uDC01"));
  }

  @Test
  void aMessageIsOneLine() {
    assertEquals("first second \\u0000 third", Printable.line("first\n  second \0\r\nthird"));
  }

  @Test
  void longTextIsCutBetweenCharacters() {
    assertEquals("'" + "a".repeat(120) + "...'", Printable.quote("a".repeat(15_000_000)));
    assertEquals(
        "'" + "a".repeat(119) + "...'", Printable.quote("a".repeat(119) + "\uD83C\uDF88" + "b"));
    assertEquals("'ab...'", Printable.quote("abc", 2));
    assertTrue(Printable.line("\u009B".repeat(15_000_000)).length() < 25_000);
  }
}
