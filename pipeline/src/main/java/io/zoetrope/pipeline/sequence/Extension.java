package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.sequence.Joint.Ends;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A clip that is made longer, round by round: behind its end, before its beginning, or from its end
 * back to its beginning, so that it can play on and on. Each round repeats frames that are there,
 * its colours are matched to them, and what else differs in the frame shared fades.
 *
 * @param clip what is there
 * @param joint how the model goes on from it; its open end is where the clip grows
 * @param request of each round; its frames are those of a round
 * @param added how many frames the clip is to grow by; what one round makes where it closes a loop
 */
public record Extension(VideoFrames clip, Joint joint, GenerationRequest request, int added) {
  /** A clip at rest changes by less than this share of its motion. */
  private static final double REST = 0.25;

  /**
   * What came of it.
   *
   * @param clip the whole longer clip
   * @param seams where rounds meet the clip, and each other, by the frames of the longer clip
   * @param drift what has changed from the end that was given to the one that was made; empty if it
   *     is little
   * @param settings of the first round, and what is to be known of all
   */
  public record Result(
      VideoFrames clip, List<Seam> seams, Optional<String> drift, Map<String, Object> settings) {
    /** What may disturb whoever sees the clip, a sentence each. */
    public List<String> warnings() {
      Stream<String> visible =
          seams.stream()
              .filter(Seam::isVisible)
              .map(seam ->
                  String.format(
                      Locale.ROOT,
                      "the seam at frame %d is %.1f times as large as the motion around it",
                      seam.frame(),
                      seam.ratio()));
      Stream<String> drifts =
          drift.stream()
              .map(change -> "the clip drifts: %s; fewer rounds drift less".formatted(change));
      return Stream.concat(visible, drifts).toList();
    }
  }

  /**
   * Checks sizes.
   *
   * @throws PipelineException if the clip is too short, rounds add nothing, or the longer clip
   *     exceeds 2 GiB
   */
  public Extension {
    int round = request.get(Setting.FRAMES);
    if (clip.frames() < joint.overlap()) {
      throw new PipelineException(
          "overlap %d: the clip has %d frames".formatted(joint.overlap(), clip.frames()));
    }
    if (round <= joint.repeated()) {
      throw new PipelineException(
          "%d frames a round, of which %d are there already: use more frames or less overlap"
              .formatted(round, joint.repeated()));
    }
    if (joint.ends() == Ends.BOTH) {
      added = round - joint.repeated();
    }
    ClipSize size = new ClipSize(clip.width(), clip.height(), clip.frames() + added);
    if (size.bytes() > Integer.MAX_VALUE) {
      throw new PipelineException(size + " exceed 2 GiB: extend a smaller clip, or by less");
    }
  }

  /** How many rounds there will be; some more where a model comes to rest at a given frame. */
  public int rounds() {
    return Math.ceilDiv(added, request.get(Setting.FRAMES) - joint.repeated());
  }

  /** The request of the first round. */
  public GenerationRequest firstRequest() {
    return joint.apply(
        request, joint.ends().hasFirst() ? clip : null, joint.ends().hasLast() ? clip : null);
  }

  /**
   * Makes the clip longer.
   *
   * @param maker checks and runs the job of each round
   */
  public Result run(RoundMaker maker) {
    Rounds rounds = new Rounds(request, joint, maker);
    return switch (joint.ends()) {
      case FIRST -> forward(rounds);
      case LAST -> backward(rounds);
      case BOTH -> loop(rounds);
    };
  }

  /**
   * Where the longer clip comes from: whoever writes it, the same extension makes the same file.
   *
   * @param framesPerSecond rate at which it plays
   * @param device name of what has computed it
   * @param source where the clip comes from that is made longer; empty if it does not say
   */
  public Provenance provenance(
      Result result, int framesPerSecond, String device, Optional<Provenance> source) {
    Map<String, Object> settings = new LinkedHashMap<>(result.settings());
    settings.put("operation", "extend");
    settings.put("direction", joint.ends().direction());
    settings.put("overlap", joint.overlap());
    settings.put("fps", framesPerSecond);
    settings.put("device", device);
    return Provenance.of(Provenance.withSource(settings, source));
  }

  private Result forward(Rounds rounds) {
    int overlap = joint.overlap();
    VideoFrames longer = clip;
    List<Integer> places = new ArrayList<>();
    while (longer.frames() < clip.frames() + added) {
      VideoFrames made = rounds.next(longer, null);
      var match =
          new ColourMatch(made.slice(0, overlap), longer.slice(longer.frames() - overlap, overlap));
      VideoFrames matched = match.apply(made);
      int wanted = clip.frames() + added - longer.frames();
      int count = Math.min(wanted, made.frames() - overlap);
      places.add(longer.frames());
      var error = new FadingError(matched.slice(overlap - 1, 1), last(longer));
      longer = longer.followedBy(error.takenFromFirst(matched.slice(overlap, count)));
    }
    return result(longer, places, clip.frames() - 1, longer.frames() - 1, rounds);
  }

  private Result backward(Rounds rounds) {
    VideoFrames longer = clip;
    List<Integer> fromEnd = new ArrayList<>();
    while (longer.frames() < clip.frames() + added) {
      VideoFrames made = rounds.next(null, longer);
      int repeated = repeatedAtEnd(made);
      VideoFrames matched = matchOfEnd(made, longer).apply(made);
      int wanted = clip.frames() + added - longer.frames();
      int count = Math.min(wanted, made.frames() - repeated);
      fromEnd.add(longer.frames());
      int end = made.frames() - repeated;
      var error = new FadingError(matched.slice(end, 1), longer.slice(0, 1));
      longer = error.takenFromLast(matched.slice(end - count, count)).followedBy(longer);
    }
    int frames = longer.frames();
    List<Integer> places = fromEnd.stream().map(behind -> frames - behind).toList();
    return result(longer, places, added, 0, rounds);
  }

  private Result loop(Rounds rounds) {
    int overlap = joint.overlap();
    VideoFrames made = rounds.next(clip, clip);
    var match =
        new ColourMatch(
            made.slice(0, overlap).followedBy(made.slice(made.frames() - overlap, overlap)),
            clip.slice(clip.frames() - overlap, overlap).followedBy(clip.slice(0, overlap)));
    VideoFrames matched = match.apply(made);
    int end = made.frames() - repeatedAtEnd(made);
    var errorOfFirst = new FadingError(matched.slice(overlap - 1, 1), last(clip));
    var errorOfLast = new FadingError(matched.slice(end, 1), clip.slice(0, 1));
    VideoFrames fresh = errorOfFirst.takenFromFirst(matched.slice(overlap, end - overlap));
    VideoFrames longer = clip.followedBy(errorOfLast.takenFromLast(fresh));
    // The second seam is where the clip begins again.
    VideoFrames twice = longer.followedBy(clip);
    return new Result(
        longer,
        List.of(Seam.of(twice, clip.frames()), Seam.of(twice, longer.frames())),
        Optional.empty(),
        rounds.settings());
  }

  private static VideoFrames last(VideoFrames clip) {
    return clip.slice(clip.frames() - 1, 1);
  }

  private ColourMatch matchOfEnd(VideoFrames made, VideoFrames wanted) {
    int overlap = joint.overlap();
    return new ColourMatch(made.slice(made.frames() - overlap, overlap), wanted.slice(0, overlap));
  }

  /**
   * How many frames at the end of a round repeat what is there. Models that arrive at a picture may
   * rest there for some frames, which would be a stop in the longer clip.
   */
  private int repeatedAtEnd(VideoFrames made) {
    if (joint.byControl()) {
      return joint.overlap();
    }
    double motion = 0;
    for (int i = 1; i < made.frames(); i++) {
      motion += Levels.difference(made.frame(i - 1), made.frame(i)) / (made.frames() - 1);
    }
    int repeated = 1;
    int most = made.frames() / 2;
    while (repeated < most && restsBefore(made, made.frames() - repeated, motion)) {
      repeated++;
    }
    return repeated;
  }

  private static boolean restsBefore(VideoFrames made, int frame, double motion) {
    return Levels.difference(made.frame(frame - 1), made.frame(frame)) < REST * motion;
  }

  private static Result result(
      VideoFrames longer, List<Integer> places, int given, int made, Rounds rounds) {
    return new Result(
        longer,
        places.stream().map(place -> Seam.of(longer, place)).toList(),
        Drift.between(longer.slice(given, 1), longer.slice(made, 1)),
        rounds.settings());
  }
}
