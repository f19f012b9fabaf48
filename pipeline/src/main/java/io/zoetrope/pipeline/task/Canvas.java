package io.zoetrope.pipeline.task;

import static io.zoetrope.pipeline.task.ClipSource.CHANNELS;

import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.PipelineException;
import java.util.Arrays;

/**
 * A white frame with a picture in its middle, as large as fits ({@code preprocess_conditions} of
 * {@code WanVACEPipeline}).
 *
 * @param picture of sides that are whole latent pixels, as the reference cuts them
 * @param width of the frame
 * @param height of the frame
 * @param shownWidth of the picture in it
 * @param shownHeight of the picture in it
 */
record Canvas(VideoFrames picture, int width, int height, int shownWidth, int shownHeight) {
  /**
   * Lays a picture out.
   *
   * @param multiple pixels that the picture's sides are reduced to multiples of
   * @throws PipelineException if nothing of it would be seen
   */
  static Canvas of(VideoFrames picture, int width, int height, int multiple) {
    int cutWidth = picture.width() / multiple * multiple;
    int cutHeight = picture.height() / multiple * multiple;
    double scale = Math.min((double) height / cutHeight, (double) width / cutWidth);
    int shownWidth = (int) (cutWidth * scale);
    int shownHeight = (int) (cutHeight * scale);
    if (cutWidth == 0 || cutHeight == 0 || shownWidth == 0 || shownHeight == 0) {
      throw new PipelineException(
          "a reference of %dx%d is too small or too narrow for a clip of %dx%d: its sides are %d pixels or more, and not too different"
              .formatted(picture.width(), picture.height(), width, height, multiple));
    }
    VideoFrames cut = Resampling.LANCZOS.resize(picture, cutWidth, cutHeight);
    return new Canvas(cut, width, height, shownWidth, shownHeight);
  }

  /** The frame, [height, width, 3], values from -1 to 1. */
  float[] values() {
    float[] source = ClipSource.values(picture);
    float[] values = new float[height * width * CHANNELS];
    Arrays.fill(values, 1);
    int top = (height - shownHeight) / 2;
    int left = (width - shownWidth) / 2;
    Line rows = Line.of(picture.height(), shownHeight);
    Line columns = Line.of(picture.width(), shownWidth);
    for (int y = 0; y < shownHeight; y++) {
      for (int x = 0; x < shownWidth; x++) {
        int target = ((top + y) * width + left + x) * CHANNELS;
        for (int channel = 0; channel < CHANNELS; channel++) {
          float above = columns.between(source, rows.first[y] * picture.width(), x, channel);
          float below = columns.between(source, rows.second[y] * picture.width(), x, channel);
          values[target + channel] = (1 - rows.share[y]) * above + rows.share[y] * below;
        }
      }
    }
    return values;
  }

  /**
   * Between which two positions of a side each position of the resized one lies ({@code
   * interpolate} with {@code bilinear} and without {@code align_corners} in torch).
   *
   * @param share how near it is to the second, from 0 to 1
   */
  private record Line(int[] first, int[] second, float[] share) {
    static Line of(int in, int out) {
      Line line = new Line(new int[out], new int[out], new float[out]);
      float scale = (float) in / out;
      for (int i = 0; i < out; i++) {
        float place = Math.max(0, scale * (i + 0.5f) - 0.5f);
        line.first[i] = Math.min((int) place, in - 1);
        line.second[i] = Math.min(line.first[i] + 1, in - 1);
        line.share[i] = place - line.first[i];
      }
      return line;
    }

    /** Interpolates along a row of pixels that begins at {@code row}. */
    float between(float[] source, int row, int x, int channel) {
      float left = source[(row + first[x]) * CHANNELS + channel];
      float right = source[(row + second[x]) * CHANNELS + channel];
      return (1 - share[x]) * left + share[x] * right;
    }
  }
}
