package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * The {@code preprocessor_config.json} of a {@code CLIPImageProcessor} in transformers, and what it
 * does to a picture.
 *
 * @param shortestEdge pixels that the shorter side is resized to
 * @param cropSize rows, and columns, of the middle that is kept
 * @param rescaleFactor what levels from 0 to 255 are multiplied with
 * @param mean of each colour
 * @param std standard deviation of each colour
 */
public record ClipImageProcessor(
    int shortestEdge, int cropSize, double rescaleFactor, List<Float> mean, List<Float> std) {
  private static final int CHANNELS = 3;
  private static final String BICUBIC = "3 (bicubic)";

  private static final List<Float> CLIP_MEAN = List.of(0.48145466f, 0.4578275f, 0.40821073f);
  private static final List<Float> CLIP_STD = List.of(0.26862954f, 0.26130258f, 0.27577711f);

  /**
   * Reads a configuration; a field that is missing takes transformers' default.
   *
   * @throws ConfigException if it asks for something that this implementation does not do
   */
  public static ClipImageProcessor of(JsonConfig config) {
    JsonConfig json = config.withoutNulls();
    for (String step : List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize")) {
      json.require(json.flag(step, true), step, "true");
    }
    json.require(json.integer("resample", 3, 0, 5) == 3, "resample", BICUBIC);
    int crop = side(json, "crop_size", "height");
    json.require(crop == side(json, "crop_size", "width"), "crop_size", "squares");
    ClipImageProcessor processor =
        new ClipImageProcessor(
            side(json, "size", "shortest_edge"),
            crop,
            json.positiveNumber("rescale_factor", 1 / 255.0),
            json.numbers("image_mean", CLIP_MEAN),
            json.numbers("image_std", CLIP_STD));
    json.require(crop <= processor.shortestEdge, "crop_size", "at most size");
    json.require(processor.mean.size() == CHANNELS, "image_mean", "lists of 3 numbers");
    json.require(
        processor.std.size() == CHANNELS && processor.std.stream().allMatch(std -> std > 0),
        "image_std",
        "lists of 3 positive numbers");
    return processor;
  }

  /** A side is written as a number, in files from before they had names, or below its name. */
  private static int side(JsonConfig json, String field, String name) {
    JsonNode value = json.json().path(field);
    if (value.isMissingNode()) {
      return 224;
    }
    JsonNode side = value.isObject() ? value.path(name) : value;
    json.require(
        side.canConvertToInt() && side.intValue() >= 1 && side.intValue() <= 1 << 14,
        field,
        "sides from 1 to 16384, or objects that have one as '%s'".formatted(name));
    return side.intValue();
  }

  /**
   * What the model sees of a picture: its middle, after the shorter side was resized.
   *
   * @return F32, [3, crop size, crop size], in host memory
   */
  public Tensor process(VideoFrames picture) {
    VideoFrames resized = resized(picture);
    int top = (resized.height() - cropSize) / 2;
    int left = (resized.width() - cropSize) / 2;
    byte[] rgb = resized.frame(0);
    int plane = cropSize * cropSize;
    float[] values = new float[CHANNELS * plane];
    for (int i = 0; i < plane; i++) {
      int pixel = (top + i / cropSize) * resized.width() + left + i % cropSize;
      for (int channel = 0; channel < CHANNELS; channel++) {
        float level = (float) ((rgb[pixel * CHANNELS + channel] & 0xff) * rescaleFactor);
        values[channel * plane + i] = (level - mean.get(channel)) / std.get(channel);
      }
    }
    return Tensor.of(values, CHANNELS, cropSize, cropSize);
  }

  private VideoFrames resized(VideoFrames picture) {
    int shorter = Math.min(picture.width(), picture.height());
    int width = Math.toIntExact((long) shortestEdge * picture.width() / shorter);
    int height = Math.toIntExact((long) shortestEdge * picture.height() / shorter);
    return Resampling.BICUBIC.resize(picture, width, height);
  }
}
