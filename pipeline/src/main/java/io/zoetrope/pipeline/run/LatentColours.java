package io.zoetrope.pipeline.run;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The colours of latents without a decoder: linear maps from the channels of a latent pixel to red,
 * green and blue. They are fitted, by least squares, to what the model's own encoder makes of a
 * clip. The first latent frame, which stands for a single frame, has a map of its own.
 *
 * @param first [channels + 1, 3] to values from 0 to 255; the last row is added
 * @param others the same of the other latent frames
 */
record LatentColours(double[][] first, double[][] others) {
  private static final int RGB = 3;

  /**
   * Fits the maps.
   *
   * @param latents F32, [channels, frames, height, width], in host memory: those of the clip
   * @param clip a frame for the first latent frame, and as many as they stand for of each other one
   */
  static LatentColours fit(Tensor latents, VideoFrames clip) {
    double[][] given = pixels(latents);
    double[][] wanted = means(latents, clip);
    int firsts = latents.intSize(2) * latents.intSize(3);
    return new LatentColours(
        fit(given, wanted, 0, firsts), fit(given, wanted, firsts, given.length));
  }

  private static double[][] fit(double[][] given, double[][] wanted, int from, int to) {
    Array2DRowRealMatrix channels =
        new Array2DRowRealMatrix(Arrays.copyOfRange(given, from, to), false);
    Array2DRowRealMatrix colours =
        new Array2DRowRealMatrix(Arrays.copyOfRange(wanted, from, to), false);
    // Of channels that say the same, or nothing, the least weights are taken.
    return new SingularValueDecomposition(channels).getSolver().solve(colours).getData();
  }

  /** The channels of each latent pixel and a 1, [latent pixels, channels + 1]. */
  private static double[][] pixels(Tensor latents) {
    int channels = latents.intSize(0);
    int count = Math.toIntExact(latents.count() / channels);
    float[] values = latents.toFloats();
    double[][] pixels = new double[count][channels + 1];
    for (int pixel = 0; pixel < count; pixel++) {
      for (int channel = 0; channel < channels; channel++) {
        pixels[pixel][channel] = values[channel * count + pixel];
      }
      pixels[pixel][channels] = 1;
    }
    return pixels;
  }

  /** The mean colours of what each latent pixel stands for, [latent pixels, 3]. */
  private static double[][] means(Tensor latents, VideoFrames clip) {
    int frames = latents.intSize(1);
    int height = latents.intSize(2);
    int width = latents.intSize(3);
    int scale = clip.height() / height;
    int framesPerLatent = (clip.frames() - 1) / (frames - 1);
    double[][] means = new double[frames * height * width][RGB];
    for (int index = 0; index < clip.frames(); index++) {
      int frame = index == 0 ? 0 : (index - 1) / framesPerLatent + 1;
      double share = 1.0 / (scale * scale * (index == 0 ? 1 : framesPerLatent));
      byte[] rgb = clip.frame(index);
      for (int i = 0; i < rgb.length; i++) {
        int y = i / RGB / clip.width() / scale;
        int x = i / RGB % clip.width() / scale;
        means[(frame * height + y) * width + x][i % RGB] += share * (rgb[i] & 0xff);
      }
    }
    return means;
  }

  /**
   * A picture of each latent frame, a pixel for a latent pixel.
   *
   * @param latents F32, [channels, frames, height, width], in host memory
   */
  VideoFrames pictures(Tensor latents) {
    double[][] pixels = pixels(latents);
    int firsts = latents.intSize(2) * latents.intSize(3);
    byte[] rgb = new byte[RGB * pixels.length];
    for (int pixel = 0; pixel < pixels.length; pixel++) {
      double[][] map = pixel < firsts ? first : others;
      for (int colour = 0; colour < RGB; colour++) {
        double sum = 0;
        for (int i = 0; i < map.length; i++) {
          sum += map[i][colour] * pixels[pixel][i];
        }
        rgb[RGB * pixel + colour] = (byte) Math.clamp(Math.round(sum), 0, 255);
      }
    }
    return new VideoFrames(latents.intSize(3), latents.intSize(2), latents.intSize(1), rgb);
  }
}
