package io.zoetrope.pipeline.family;

import io.zoetrope.t5.T5Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A prompt as the text encoder reads it: its tokens, and which of them are a word together.
 *
 * @param tokens in the order of the prompt, the closing one among them
 * @param words in the order of the prompt; one that stands there twice is there twice
 */
public record PromptTokens(List<Token> tokens, List<Word> words) {
  /** Number of a token that is no part of a word: punctuation, and special tokens. */
  public static final int NO_WORD = -1;

  /** What a SentencePiece vocabulary has in the place of a space. */
  private static final char SPACE = '\u2581';

  /** A token of ideographs is a word: a text of them has no spaces that part words. */
  private static final Pattern WORD = Pattern.compile("\\p{IsIdeographic}+|[\\p{L}\\p{M}\\p{N}]+");

  private static final Pattern SPECIAL = Pattern.compile("<.+>");

  /**
   * One token.
   *
   * @param text what it stands for, with a plain space in front where a word begins
   * @param word that it is part of, an index of {@link #words}, or {@link #NO_WORD}
   */
  public record Token(int id, String text, int word) {}

  /**
   * One word.
   *
   * @param text without the punctuation around it
   * @param tokens indices of its tokens
   */
  public record Word(String text, List<Integer> tokens) {
    /** Whether somebody who writes this means it: case has no meaning. */
    public boolean is(String written) {
      return text.toLowerCase(Locale.ROOT).equals(written.strip().toLowerCase(Locale.ROOT));
    }
  }

  /** Copies what is given. */
  public PromptTokens {
    tokens = List.copyOf(tokens);
    words = List.copyOf(words);
  }

  /**
   * The tokens of a prompt. A word begins behind a space, and ends where one begins or with a token
   * that has neither letters nor digits.
   *
   * @param text as it is tokenized
   * @param length tokens that it is cut to
   */
  public static PromptTokens of(T5Tokenizer tokenizer, String text, int length) {
    int[] ids = tokenizer.encodeCut(text, length);
    List<Token> tokens = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    List<List<Integer>> members = new ArrayList<>();
    boolean isOpen = false;
    for (int i = 0; i < ids.length; i++) {
      String piece = tokenizer.piece(ids[i]);
      String spelled = piece.replace(SPACE, ' ');
      Matcher found = WORD.matcher(spelled);
      if (SPECIAL.matcher(piece).matches() || !found.find()) {
        tokens.add(new Token(ids[i], spelled, NO_WORD));
        // A space alone belongs to the word that it begins.
        isOpen = false;
        continue;
      }
      String letters = found.group();
      boolean begins =
          !isOpen || found.start() > 0 || Character.isIdeographic(letters.codePointAt(0));
      if (begins) {
        texts.add("");
        members.add(new ArrayList<>());
      }
      int word = texts.size() - 1;
      texts.set(word, texts.get(word) + letters);
      members.get(word).add(i);
      tokens.add(new Token(ids[i], spelled, word));
      isOpen = found.end() == spelled.length();
    }
    List<Word> words = new ArrayList<>();
    for (int word = 0; word < texts.size(); word++) {
      words.add(new Word(texts.get(word), List.copyOf(members.get(word))));
    }
    return new PromptTokens(tokens, words);
  }
}
