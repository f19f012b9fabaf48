package io.zoetrope.tools.explain;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.explain.Explanation.CleanLatents;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The film strip of what each step predicts: pictures of latents by a linear map, and, if there are
 * some, those that the decoder made.
 */
record StripPictures(ExplainedJob job, CleanLatents clean) {
  ArrayNode json() {
    ArrayNode strips = JsonConfig.MAPPER.createArrayNode();
    if (!clean.steps().isEmpty()) {
      strips.add(strip("a linear map of the latents", mapped()));
    }
    if (!job.decodedSteps().isEmpty()) {
      strips.add(strip("the video decoder", decoded()));
    }
    return strips;
  }

  private ObjectNode strip(String shownBy, List<VideoFrames> steps) {
    ObjectNode strip = PageData.figure(clean.caption());
    strip.put("name", shownBy);
    strip.set("steps", PageData.numbers(IntStream.range(0, steps.size()).boxed().toList()));
    strip.setAll(Sprite.json(steps));
    return strip;
  }

  private List<VideoFrames> mapped() {
    int frames = clean.frames().size();
    return clean.steps().stream()
        .map(values -> Tensor.of(values, clean.channels(), frames, clean.rows(), clean.columns()))
        .map(latents -> job.colours().pictures(latents, clean.frames().getFirst()))
        .map(pictures -> Sprite.small(pictures, Sprite.STRIP))
        .toList();
  }

  /** Of each step one frame for each latent frame. */
  private List<VideoFrames> decoded() {
    return job.decodedSteps().stream()
        .map(step -> Sprite.small(job.frames(step, clean.frames()), Sprite.STRIP))
        .toList();
  }
}
