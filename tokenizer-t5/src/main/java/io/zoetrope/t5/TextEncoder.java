package io.zoetrope.t5;

/**
 * Turns text without unpaired surrogates into ids, without the tokens that frame a whole sequence.
 */
@FunctionalInterface
interface TextEncoder {
  void encode(String text, IntList out);
}
