package io.zoetrope.tools.shot;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What guides to prompts for video models advise, held against a prompt. It knows English words and
 * no grammar, so it advises and refuses nothing.
 */
public final class PromptAdvice {
  /** Beginnings of words that say that something moves, or how. */
  private static final Pattern MOTION =
      Pattern.compile(
          "\\b(mov(e|es|ing)|motion|walk|run(s|ning)?\\b|jump|fly|flies|flying|fall|drop|ris(e|es|ing)\\b"
              + "|float|drift|swim|danc|spin|rotat|turn|roll|bounc|swing|sway|slid(e|es|ing)|glid|driv(e|es|ing)"
              + "|rid(e|es|ing)\\b|climb|crawl|chas|race|racing|flow|pour|splash|burn|flicker|wav(e|es|ing)\\b"
              + "|blow|shak|trembl|stretch|open|clos(e|es|ing)\\b|grow|shrink|pulsat|pulse|explod|melt|unfold"
              + "|reach|lift|throw|catch|kick|push|pull|pick|smil|laugh|nod|blink|talk|speak|sing(s|ing)\\b"
              + "|eat(s|ing)\\b|drink(s|ing)\\b|cook|play|paint|writ(e|es|ing)\\b|approach|leav(e|es|ing)\\b"
              + "|enter|pass(es|ing)\\b|circl(e|es|ing) around|orbit|rush|surf|skat|ski(s|ing)\\b|sail|hover|dive"
              + "|diving|gallop|stir|whirl|swirl|sparkl|goes|going|comes|coming|travel)");

  private static final Pattern SEVERAL =
      Pattern.compile(
          "\\b(two|three|four|five|six|seven|eight|nine|ten|several|many|multiple|crowds?|groups?"
              + "|couple|pair)\\b|\\band (a|an|the|another|his|her|their|one)\\b");

  private static final Pattern CLOSE_FACE =
      Pattern.compile("\\b(close[- ]?ups?|portrait|faces?|facial|headshot|selfie)\\b");

  private static final Pattern NEGATION =
      Pattern.compile("\\b(no|not|without|never|don't|doesn't|isn't)\\b");

  private static final Pattern CAMERA =
      Pattern.compile(
          "\\b(camera|pan(s|ning)? (left|right)|zoom(s|ing)?|dolly|tilt(s|ing)? (up|down)|tracking shot"
              + "|handheld|drone|aerial|crane shot)\\b");

  /** Words of the motion vocabulary that say that there is none. */
  private static final Set<String> STILL = Set.of("still", "static", "motionless", "frozen");

  private PromptAdvice() {}

  /** What might be better, a sentence each; empty if nothing is found. */
  public static List<String> of(ShotPrompt shot) {
    List<String> advice = new ArrayList<>();
    String text = shot.compose().toLowerCase(Locale.ROOT);
    String subject = shot.subject().toLowerCase(Locale.ROOT);
    if (!shot.camera().isEmpty() && CAMERA.matcher(subject).find()) {
      advice.add("the prompt speaks of the camera, too: one move a shot is followed best");
    }
    if (!namesMotion(shot, subject)) {
      advice.add("no motion is named: say what moves and how (--action), or how the camera does");
    }
    if (SEVERAL.matcher(subject).find()) {
      advice.add("several subjects: models mix up their looks and places; one a shot is safer");
    }
    if (CLOSE_FACE.matcher(text).find()) {
      advice.add("close faces change from frame to frame: a wider shot holds them better");
    }
    if (NEGATION.matcher(text).find()) {
      advice.add(
          "models overlook a 'no': say what there is, and give the rest to --negative-prompt");
    }
    return List.copyOf(advice);
  }

  private static boolean namesMotion(ShotPrompt shot, String subject) {
    boolean isStill = STILL.stream().anyMatch(word -> subject.matches(".*\\b" + word + "\\b.*"));
    return !shot.action().isEmpty()
        || MOTION.matcher(subject).find()
        || isStill
        || CameraMove.of(shot.camera()).map(CameraMove::moves).orElse(!shot.camera().isEmpty());
  }
}
