package io.zoetrope.t5;

import io.zoetrope.t5.text.Blanks;
import io.zoetrope.t5.text.HtmlEntities;
import io.zoetrope.t5.text.TextFixer;

/**
 * What diffusers' Wan pipelines do to a prompt before it is tokenized ({@code prompt_clean} in
 * pipeline_wan.py).
 */
public final class PromptCleaner {
  private PromptCleaner() {}

  /**
   * Repairs mojibake and odd characters, resolves HTML references twice, collapses white space to
   * single spaces and drops it at both ends.
   */
  public static String clean(String prompt) {
    return Blanks.collapse(HtmlEntities.unescape(HtmlEntities.unescape(TextFixer.fix(prompt))));
  }
}
