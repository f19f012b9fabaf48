package io.zoetrope.pipeline.family;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;

/**
 * The colours of latents without a decoder: linear maps from the channels of a latent pixel to red,
 * green and blue. They are fitted, by least squares, to what the model's own encoder makes of
 * clips. The first latent frame, which stands for a single frame, has a map of its own.
 *
 * @param first [channels + 1][3] to values from 0 to 255; the last row is added
 * @param others the same of the other latent frames
 */
public record LatentColours(double[][] first, double[][] others) {
  /** The entry of {@code zoetrope.json} that keeps them. */
  public static final String ENTRY = "latent_colours";

  private static final String FIRST = "first";
  private static final String OTHERS = "others";
  private static final int RGB = 3;

  /**
   * Fits the maps.
   *
   * @param latents F32, [channels, frames, height, width] each, in host memory: those of the clips
   * @param clips each has a frame for the first latent frame, and as many as they stand for of each
   *     other one
   */
  public static LatentColours fit(List<Tensor> latents, List<VideoFrames> clips) {
    return new LatentColours(fit(latents, clips, true), fit(latents, clips, false));
  }

  private static double[][] fit(List<Tensor> latents, List<VideoFrames> clips, boolean isFirst) {
    double[][] given = new double[0][];
    double[][] wanted = new double[0][];
    for (int i = 0; i < clips.size(); i++) {
      int firsts = latents.get(i).intSize(2) * latents.get(i).intSize(3);
      double[][] pixels = pixels(latents.get(i));
      int from = isFirst ? 0 : firsts;
      int to = isFirst ? firsts : pixels.length;
      given = joined(given, pixels, from, to);
      wanted = joined(wanted, means(latents.get(i), clips.get(i)), from, to);
    }
    // Of channels that say the same, or nothing, the least weights are taken.
    return new SingularValueDecomposition(new Array2DRowRealMatrix(given, false))
        .getSolver()
        .solve(new Array2DRowRealMatrix(wanted, false))
        .getData();
  }

  private static double[][] joined(double[][] rows, double[][] more, int from, int to) {
    double[][] joined = new double[rows.length + to - from][];
    System.arraycopy(rows, 0, joined, 0, rows.length);
    System.arraycopy(more, from, joined, rows.length, to - from);
    return joined;
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
   * How near the colours come to those of a clip: PSNR in decibels, beside the one of its mean
   * colour everywhere.
   *
   * @param latents and clip as those of {@link #fit}
   */
  public Likeness likeness(Tensor latents, VideoFrames clip) {
    double[][] wanted = means(latents, clip);
    byte[] shown = pictures(latents).toArray();
    double[] mean = new double[RGB];
    for (double[] pixel : wanted) {
      for (int colour = 0; colour < RGB; colour++) {
        mean[colour] += pixel[colour] / wanted.length;
      }
    }
    double errors = 0;
    double deviations = 0;
    for (int i = 0; i < shown.length; i++) {
      double value = wanted[i / RGB][i % RGB];
      errors += Math.pow(value - (shown[i] & 0xff), 2);
      deviations += Math.pow(value - mean[i % RGB], 2);
    }
    return new Likeness(psnr(errors / shown.length), psnr(deviations / shown.length));
  }

  private static double psnr(double meanSquare) {
    return 10 * Math.log10(255 * 255 / meanSquare);
  }

  /**
   * How near colours come to those of a clip.
   *
   * @param psnr of the colours, in decibels
   * @param psnrOfMean of the clip's mean colour everywhere
   */
  public record Likeness(double psnr, double psnrOfMean) {}

  /**
   * A picture of each latent frame, a pixel for a latent pixel.
   *
   * @param latents F32, [channels, frames, height, width], in host memory
   */
  public VideoFrames pictures(Tensor latents) {
    return pictures(latents, 0);
  }

  /**
   * The same of latents from some latent frame of a clip on.
   *
   * @param from which latent frame of the clip the first one is
   */
  public VideoFrames pictures(Tensor latents, int from) {
    double[][] pixels = pixels(latents);
    int firsts = from == 0 ? latents.intSize(2) * latents.intSize(3) : 0;
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

  /**
   * The colours that {@code zoetrope.json} keeps, if it does.
   *
   * @param channels of the model's latents
   * @throws ConfigException if they are malformed, or of latents with other channels
   */
  static Optional<LatentColours> read(JsonConfig own, int channels) {
    if (!own.has(ENTRY)) {
      return Optional.empty();
    }
    JsonNode entry = own.json().get(ENTRY);
    return Optional.of(
        new LatentColours(
            map(own.place(), entry, FIRST, channels), map(own.place(), entry, OTHERS, channels)));
  }

  private static double[][] map(String place, JsonNode entry, String name, int channels) {
    JsonNode rows = entry.path(name);
    boolean fits = rows.isArray() && rows.size() == channels + 1;
    for (int row = 0; fits && row < rows.size(); row++) {
      fits = rows.get(row).isArray() && rows.get(row).size() == RGB;
      for (int colour = 0; fits && colour < RGB; colour++) {
        JsonNode value = rows.get(row).get(colour);
        fits = value.isNumber() && Double.isFinite(value.doubleValue());
      }
    }
    if (!fits) {
      throw new ConfigException(
          "%s: '%s' has to have %d rows of 3 numbers in '%s', for %d channels and what is added; 'zoetrope latent-colours' writes it"
              .formatted(place, ENTRY, channels + 1, name, channels));
    }
    double[][] map = new double[channels + 1][RGB];
    for (int row = 0; row <= channels; row++) {
      for (int colour = 0; colour < RGB; colour++) {
        map[row][colour] = rows.get(row).get(colour).doubleValue();
      }
    }
    return map;
  }

  /** The entry that keeps them, with two digits behind the point. */
  public ObjectNode json() {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.set(FIRST, json(first));
    json.set(OTHERS, json(others));
    return json;
  }

  private static ArrayNode json(double[][] map) {
    ArrayNode rows = JsonConfig.MAPPER.createArrayNode();
    for (double[] row : map) {
      ArrayNode values = rows.addArray();
      for (double value : row) {
        values.add(Math.round(100 * value) / 100.0);
      }
    }
    return rows;
  }
}
