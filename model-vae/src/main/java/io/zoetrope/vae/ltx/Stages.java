package io.zoetrope.vae.ltx;

import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.vae.layer.LayerStream.Stage;
import java.util.ArrayList;
import java.util.List;

/** Collects what a clip goes through, in the order of the reference. */
final class Stages {
  private final Clip clip;
  private final List<Stage> all = new ArrayList<>();
  private long height;
  private long width;
  private int mostFrames;

  /**
   * Nothing yet.
   *
   * @param height rows of the clip in front of the first stage
   * @param width its columns
   * @param mostFrames how many frames a stage is given at a time
   */
  Stages(Clip clip, long height, long width, int mostFrames) {
    this.clip = clip;
    this.height = height;
    this.width = width;
    this.mostFrames = mostFrames;
  }

  /** Adds a layer. */
  void add(String name, Layer layer) {
    all.add(new Stage(name, layer, mostFrames, null));
  }

  /**
   * Adds a residual block.
   *
   * @param temb [4, channels], or null
   */
  void add(String name, ResnetBlock3d block, Tensor temb) {
    add(name, block.in(clip, temb, height, width));
  }

  /** Adds the {@code resnets} of a block. */
  void addAll(String block, List<ResnetBlock3d> resnets, Tensor temb) {
    for (int i = 0; i < resnets.size(); i++) {
      add(block + "/resnets." + i, resnets.get(i), temb);
    }
  }

  /** Adds what doubles frames, rows and columns: those behind it are given half as many frames. */
  void addDoubling(String name, Layer upsampler) {
    add(name, upsampler);
    height *= 2;
    width *= 2;
    mostFrames = Math.max(1, mostFrames / 2);
  }

  /** Taps what comes out of the last layer so far. */
  void show(String name) {
    Stage last = all.removeLast();
    all.add(new Stage(last.name(), last.layer(), last.mostFrames(), name));
  }

  List<Stage> all() {
    return all;
  }
}
