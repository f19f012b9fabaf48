/** SentencePiece tokenizers of T5 and UMT5 models, and the cleaning of prompts. */
package io.zoetrope.t5;
