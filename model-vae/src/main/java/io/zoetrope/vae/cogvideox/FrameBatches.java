package io.zoetrope.vae.cogvideox;

import java.util.ArrayList;
import java.util.List;

/**
 * How a clip is divided into the batches of frames that pass the autoencoder together: equal ones,
 * of which the first has the frames that are left over. Within a batch every layer sees the frames
 * at once, and in one with an odd number of frames the first one stands for itself where the frame
 * rate changes.
 *
 * @param size frames of a batch
 */
record FrameBatches(int size) {
  /** Batches of a video ({@code num_sample_frames_batch_size} in diffusers). */
  static final FrameBatches OF_FRAMES = new FrameBatches(8);

  /** Batches of latents ({@code num_latent_frames_batch_size}). */
  static final FrameBatches OF_LATENT_FRAMES = new FrameBatches(2);

  /** Frames of each batch of a clip. */
  List<Long> sizes(long frames) {
    List<Long> sizes = new ArrayList<>();
    sizes.add(Math.min(frames, size + frames % size));
    for (long rest = frames - sizes.getFirst(); rest > 0; rest -= size) {
      sizes.add((long) size);
    }
    return sizes;
  }

  /** Whether the first frame of a batch stands for itself where the frame rate changes. */
  static boolean firstStandsAlone(long frames) {
    return frames % 2 == 1;
  }

  /** Frames of a batch at half the frame rate. */
  static long halved(long frames) {
    return (frames + 1) / 2;
  }

  /** Frames of a batch at twice the frame rate. */
  static long doubled(long frames) {
    return firstStandsAlone(frames) ? 2 * frames - 1 : 2 * frames;
  }
}
