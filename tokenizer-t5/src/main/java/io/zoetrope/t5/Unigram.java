package io.zoetrope.t5;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The unigram language model of SentencePiece: a text is cut into the pieces whose log
 * probabilities have the largest sum (Viterbi; Kudo 2018, "Subword Regularization", section 3.2). A
 * character without a piece of its own scores the smallest score less 10; neighbouring unknown
 * characters become one unknown token, or their UTF-8 bytes if every one of them has a byte piece.
 * Time is linear in the text; immutable.
 */
final class Unigram {
  /** How much an unknown character scores below the worst piece. */
  static final double UNKNOWN_PENALTY = 10;

  private final CharTrie trie;
  private final int[] ids;
  private final double[] scores;
  private final int unknownId;
  private final double unknownScore;
  private final int[] byteIds;
  private final boolean singlePrecision;

  /**
   * @param pieces what can be found in a text
   * @param ids id of each piece
   * @param scores log probability of each piece
   * @param unknownId id of the unknown token
   * @param unknownScore score of an unknown character
   * @param byteIds id of the piece of each byte (-1: none), or null without byte fallback
   * @param singlePrecision whether sums of scores are rounded to float, which decides between
   *     nearly equal paths
   */
  Unigram(
      List<String> pieces,
      int[] ids,
      double[] scores,
      int unknownId,
      double unknownScore,
      int[] byteIds,
      boolean singlePrecision) {
    this.trie = new CharTrie(pieces);
    this.ids = ids;
    this.scores = scores;
    this.unknownId = unknownId;
    this.unknownScore = unknownScore;
    this.byteIds = byteIds;
    this.singlePrecision = singlePrecision;
  }

  /** Best paths to every position of a text; kept between the words of one text. */
  static final class Lattice {
    private double[] score = new double[0];
    private int[] start = new int[0];
    private int[] id = new int[0];

    private void reset(int length) {
      if (score.length <= length) {
        int size = Math.max(length + 1, 256);
        score = new double[size];
        start = new int[size];
        id = new int[size];
      }
      Arrays.fill(start, 0, length + 1, -1);
      score[0] = 0;
    }
  }

  /** Byte value of a piece of the form {@code <0x0A>}, or -1. */
  static int byteOfPiece(String piece) {
    if (piece.length() != 6 || !piece.startsWith("<0x") || !piece.endsWith(">")) {
      return -1;
    }
    for (int i = 3; i < 5; i++) {
      char digit = piece.charAt(i);
      if (!(digit >= '0' && digit <= '9' || digit >= 'A' && digit <= 'F')) {
        return -1;
      }
    }
    return Integer.parseInt(piece, 3, 5, 16);
  }

  /** Id of a piece, or -1. */
  int id(String piece) {
    int index = trie.find(piece);
    return index == CharTrie.NONE ? -1 : ids[index];
  }

  /** The piece of an id, or null. */
  String piece(int id) {
    for (int index = 0; index < ids.length; index++) {
      if (ids[index] == id) {
        return trie.key(index);
      }
    }
    return null;
  }

  /** Appends the ids of {@code text}, which has no unpaired surrogates, to {@code out}. */
  void encode(String text, Lattice lattice, IntList out) {
    findBestPaths(text, lattice);
    int from = out.size();
    int end = text.length();
    while (end > 0) {
      int start = lattice.start[end];
      if (lattice.id[end] != unknownId) {
        out.add(lattice.id[end]);
      } else {
        while (start > 0 && lattice.id[start] == unknownId) {
          start = lattice.start[start];
        }
        addUnknownReversed(text, start, end, out);
      }
      end = start;
    }
    out.reverseFrom(from);
  }

  private void findBestPaths(String text, Lattice lattice) {
    int length = text.length();
    lattice.reset(length);
    double[] score = lattice.score;
    for (int from = 0; from < length; ) {
      int next = from + (Character.isHighSurrogate(text.charAt(from)) ? 2 : 1);
      boolean hasSingleCharacter = false;
      int node = CharTrie.ROOT;
      for (int to = from; to < length; ) {
        node = trie.child(node, text.charAt(to++));
        if (node == CharTrie.NONE) {
          break;
        }
        int piece = trie.value(node);
        if (piece != CharTrie.NONE) {
          hasSingleCharacter |= to == next;
          relax(lattice, from, to, ids[piece], score[from] + scores[piece]);
        }
      }
      if (!hasSingleCharacter) {
        relax(lattice, from, next, unknownId, score[from] + unknownScore);
      }
      from = next;
    }
  }

  private void relax(Lattice lattice, int from, int to, int id, double sum) {
    double score = singlePrecision ? (float) sum : sum;
    if (lattice.start[to] < 0 || score > lattice.score[to]) {
      lattice.score[to] = score;
      lattice.start[to] = from;
      lattice.id[to] = id;
    }
  }

  /** Adds what stands for the unknown {@code text[start, end)}, last id first. */
  private void addUnknownReversed(String text, int start, int end, IntList out) {
    // Only now is the run known as a whole; it may be a piece that scores below its unknown
    // characters.
    String run = text.substring(start, end);
    int piece = id(run);
    if (piece >= 0) {
      out.add(piece);
    } else if (byteIds == null || !addBytesReversed(run, out)) {
      out.add(unknownId);
    }
  }

  private boolean addBytesReversed(String run, IntList out) {
    byte[] bytes = run.getBytes(StandardCharsets.UTF_8);
    for (byte b : bytes) {
      if (byteIds[b & 0xFF] < 0) {
        return false;
      }
    }
    for (int i = bytes.length - 1; i >= 0; i--) {
      out.add(byteIds[bytes[i] & 0xFF]);
    }
    return true;
  }
}
