package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Takes clips through an autoencoder that works chunk by chunk: whole where a picture is no larger
 * than a tile, and otherwise one tile after the other, each with all its chunks.
 *
 * @param tiling null for no tiles
 * @param patchSize rows, and columns, of the patches that the autoencoder has in its channels
 * @param scale rows, and columns, of the video per latent pixel
 */
public record ClipTiles(Tiling tiling, int patchSize, int scale) {
  /** Decodes a clip, or a tile of it. */
  public interface ClipDecoder {
    /**
     * Decodes latents chunk by chunk.
     *
     * @param latents [latent frames, height, width, latent channels], rows may be strided
     * @param frames takes [frames, height, width, channels], patchified, in the scope of its chunk
     */
    void decode(Tensor latents, Consumer<Tensor> frames);
  }

  /** Encodes a clip, or a tile of it. */
  public interface ClipEncoder {
    /**
     * Encodes the clip chunk by chunk.
     *
     * @param region what the tile has of whole patchified pictures, a view
     * @param moments takes [latent frames, height, width, 2 * latent channels], in the scope of its
     *     chunk
     */
    void encode(UnaryOperator<Tensor> region, Consumer<Tensor> moments);
  }

  /**
   * Decodes latents. With tiles the first chunk comes when the last tile is done, and the tiles'
   * frames are held until then.
   *
   * @param latents [latent frames, height, width, latent channels], contiguous
   * @param frames how many the decoder makes of them
   * @param channels of those, patchified
   * @param video takes [frames, height, width, channels], patchified, in the chunks of the decoder
   */
  public void decode(
      Ops ops,
      Tensor latents,
      long frames,
      long channels,
      ClipDecoder decoder,
      Consumer<Tensor> video) {
    if (tiling == null || !tiling.dividedBy(scale).splits(latents.size(1), latents.size(2))) {
      decoder.decode(latents, video);
      return;
    }
    int enlargement = scale / patchSize;
    List<Long> chunks = new ArrayList<>();
    try (TileMosaic mosaic = new TileMosaic(ops, tiling.dividedBy(patchSize))) {
      tiling
          .dividedBy(scale)
          .forEachTile(
              latents.size(1),
              latents.size(2),
              (top, left, rows, columns) -> {
                Tensor tile =
                    mosaic.allocate(
                        latents.dtype(),
                        frames,
                        rows * enlargement,
                        columns * enlargement,
                        channels);
                chunks.clear();
                decoder.decode(
                    latents.narrow(1, top, rows).narrow(2, left, columns),
                    chunk -> chunks.add(append(ops, tile, sum(chunks), chunk)));
                mosaic.add(tile, left == 0);
              });
      long start = 0;
      for (long count : chunks) {
        try (var _ = ops.scope("vae_decode")) {
          video.accept(mosaic.frames(start, count));
        }
        start += count;
      }
    }
  }

  /**
   * Encodes a clip, which is read once per tile.
   *
   * @param video its pictures are not patchified
   * @param latentFrames how many the encoder makes of it
   * @return the moments, in the current scope
   * @throws IllegalArgumentException if height or width does not come out even
   */
  public Moments encode(
      Ops ops, VideoSource video, long latentFrames, long latentChannels, ClipEncoder encoder) {
    Tensor first;
    try (var _ = ops.scope("vae_encode")) {
      first = video.read(0, 1);
    }
    if (first.shape().rank() != 4 || first.size(1) % scale != 0 || first.size(2) % scale != 0) {
      throw new IllegalArgumentException(
          "encode: height and width of %s are no multiples of %d".formatted(first, scale));
    }
    int height = first.intSize(1) / patchSize;
    int width = first.intSize(2) / patchSize;
    Tiling tiles =
        tiling != null && tiling.splits(height, width)
            ? tiling
            : new Tiling(height, width, height, width);
    int reduction = scale / patchSize;
    try (TileMosaic mosaic = new TileMosaic(ops, tiles.dividedBy(reduction))) {
      tiles.forEachTile(
          height,
          width,
          (top, left, rows, columns) -> {
            Tensor tile =
                mosaic.allocate(
                    first.dtype(),
                    latentFrames,
                    rows / reduction,
                    columns / reduction,
                    2 * latentChannels);
            long[] filled = {0};
            encoder.encode(
                pictures -> pictures.narrow(1, top, rows).narrow(2, left, columns),
                moments -> filled[0] += append(ops, tile, filled[0], moments));
            mosaic.add(tile, left == 0);
          });
      return moments(ops, mosaic, first.dtype(), latentFrames, latentChannels);
    }
  }

  private static Moments moments(
      Ops ops, TileMosaic mosaic, DType dtype, long latentFrames, long channels) {
    Shape shape = mosaic.shape(latentFrames).withLast(channels);
    Tensor mean = ops.allocate(dtype, shape);
    Tensor logvar = ops.allocate(dtype, shape);
    try (var _ = ops.scope("vae_encode")) {
      Tensor both = mosaic.frames(0, latentFrames);
      ops.copyInto(mean, both.narrow(3, 0, channels));
      ops.copyInto(logvar, both.narrow(3, channels, channels));
    }
    ops.clampInPlace(logvar, -30, 20);
    return new Moments(mean, logvar);
  }

  /** Copies a chunk to a place in a tile and says how many frames it has. */
  private static long append(Ops ops, Tensor tile, long start, Tensor chunk) {
    ops.copyInto(tile.narrow(0, start, chunk.size(0)), chunk);
    return chunk.size(0);
  }

  private static long sum(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).sum();
  }
}
