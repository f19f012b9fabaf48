package io.zoetrope.pipeline.task;

import static io.zoetrope.pipeline.task.ClipSource.CHANNELS;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Control;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Control clips, masks and references by a second branch of the transformer ({@code
 * WanVACEPipeline}; Jiang et al., "VACE: All-in-One Video Creation and Editing", 2025). The branch
 * reads the latents of what stays and of what is made anew, and the mask; references are latent
 * frames in front, which are denoised with the others and thrown away.
 */
final class ControlBranch implements Conditioning {
  private final ControlGrid grid;
  private final List<Input.Reference> references;

  /** Null where none is given. */
  private final Input.Control control;

  /** Null where none is given. */
  private final Input.Mask mask;

  /** Of the control clip as the branch reads it. */
  private ClipSize size;

  private List<Double> scales;
  private List<Canvas> canvases;

  /** Of the frame that was read last: its values, and those of the mask. */
  private float[] pixels;

  private float[] marked;

  /** What the branch reads, [channels, frames, height, width], in host memory. */
  private Tensor encoded;

  ControlBranch(
      ControlGrid grid, List<Input.Reference> references, Input.Control control, Input.Mask mask) {
    this.grid = grid;
    this.references = references;
    this.control = control;
    this.mask = mask;
  }

  // ---------------------------------------------------------------- checks

  @Override
  public void check(GenerationRequest request) {
    if (control == null) {
      size = request.size();
    } else {
      checkFrames(request.size().frames());
      size = fitted(request.size());
    }
    scales = request.find(Setting.CONDITIONING_SCALE).orElse(List.of(1.0));
    if (scales.size() == 1) {
      scales = Collections.nCopies(grid.hints(), scales.getFirst());
    }
    if (scales.size() != grid.hints()) {
      throw new PipelineException(
          "%d conditioning scales: the model takes 1, or one for each of %d blocks that take hints"
              .formatted(scales.size(), grid.hints()));
    }
    canvases =
        references.stream()
            .map(reference ->
                Canvas.of(reference.picture(), size.width(), size.height(), grid.spatialScale()))
            .toList();
  }

  private void checkFrames(int frames) {
    VideoFrames clip = control.frames();
    if (clip.frames() != frames) {
      throw new PipelineException(
          "the control clip has %d frames, the request %d: ask for as many, or cut it"
              .formatted(clip.frames(), frames));
    }
    if (mask == null) {
      return;
    }
    VideoFrames marks = mask.frames();
    if (marks.width() != clip.width()
        || marks.height() != clip.height()
        || marks.frames() != 1 && marks.frames() != frames) {
      throw new PipelineException(
          "the mask has %s, the control clip %s: they have the same size, and the mask as many frames or 1"
              .formatted(marks, clip));
    }
  }

  /** A clip that is too large is made smaller and keeps its shape, but for the last pixels. */
  private ClipSize fitted(ClipSize request) {
    int width = control.frames().width();
    int height = control.frames().height();
    if ((long) width * height > (long) request.width() * request.height()) {
      double scale = Math.min((double) request.width() / width, (double) request.height() / height);
      width = (int) (width * scale);
      height = (int) (height * scale);
    }
    width = width / grid.multiple() * grid.multiple();
    height = height / grid.multiple() * grid.multiple();
    if (width == 0 || height == 0) {
      throw new PipelineException(
          "the control clip has %s: in a clip of %dx%d its sides fall below %d pixels"
              .formatted(control.frames(), request.width(), request.height(), grid.multiple()));
    }
    return new ClipSize(width, height, request.frames());
  }

  @Override
  public boolean scales() {
    return true;
  }

  @Override
  public void describe(Map<String, Object> settings) {
    if (control != null) {
      settings.put("video", "given");
    }
    if (mask != null) {
      settings.put("mask", "given");
    }
    if (!references.isEmpty()) {
      settings.put("reference_images", references.size());
    }
  }

  // ---------------------------------------------------------------- encoding

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    VideoFrames clip = control == null ? null : ClipSource.resized(ops, control.frames(), size);
    VideoFrames marks = mask == null ? null : ClipSource.resized(ops, mask.frames(), size);
    pixels = ClipSource.frame(ops, size.width(), size.height());
    marked = ClipSource.frame(ops, size.width(), size.height());

    ops.tap("control/video", () -> source(ops, i -> values(clip, i)).read(0, size.frames()));
    ops.tap("control/mask", () -> source(ops, i -> mask(marks, i)).read(0, size.frames()));

    // 1. What stays, and what is made anew; the other parts are grey
    Tensor inactive = encoded(ops, codec, tiling, i -> part(clip, marks, i, false));
    Tensor reactive = encoded(ops, codec, tiling, i -> part(clip, marks, i, true));
    long channels = inactive.size(0);
    long frames = inactive.size(1);
    long maskChannels = grid.maskChannels();
    Tensor all =
        ops.allocate(
            DType.F32,
            Shape.of(
                2 * channels + maskChannels,
                references.size() + frames,
                inactive.size(2),
                inactive.size(3)));
    ops.fill(all, 0);
    Tensor ofClip = all.narrow(1, references.size(), frames);
    ops.copyInto(ofClip.narrow(0, 0, channels), inactive);
    ops.copyInto(ofClip.narrow(0, channels, channels), reactive);

    // 2. The mask, every pixel of a latent one in a channel of its own
    ops.copyInto(
        ofClip.narrow(0, 2 * channels, maskChannels), ops.upload(packed(ops, marks, (int) frames)));

    // 3. References, the last one in front
    for (int i = 0; i < canvases.size(); i++) {
      float[] canvas = canvases.get(i).values();
      ClipSource still = new ClipSource(ops, size.width(), size.height(), 1, _ -> canvas);
      Tensor latents = codec.encode(ops, still, tiling);
      ops.tap(
          "control/reference%d_canvas".formatted(i),
          Tensor.of(canvas, 1, size.height(), size.width(), CHANNELS));
      ops.copyInto(all.narrow(1, references.size() - 1 - i, 1).narrow(0, 0, channels), latents);
    }
    encoded = ops.download(ops.tap("control/hidden_states", all));
    ops.countHeld(encoded.byteSize());
  }

  private Tensor encoded(Ops ops, VideoCodec codec, Tiling tiling, IntFunction<float[]> frames) {
    return codec.encode(ops, source(ops, frames), tiling);
  }

  private ClipSource source(Ops ops, IntFunction<float[]> frames) {
    return new ClipSource(ops, size.width(), size.height(), size.frames(), frames);
  }

  private float[] values(VideoFrames clip, int index) {
    if (clip == null) {
      return null;
    }
    ClipSource.read(clip, index, pixels);
    return pixels;
  }

  /** A frame of the clip without what is made anew, or of that alone; null for grey. */
  private float[] part(VideoFrames clip, VideoFrames marks, int index, boolean anew) {
    float[] values = values(clip, index);
    if (values == null) {
      return null;
    }
    float[] mask = mask(marks, index);
    for (int i = 0; i < values.length; i++) {
      values[i] = mask[i] > 0.5f == anew ? values[i] : 0;
    }
    return values;
  }

  /** A frame of the mask, from 0 to 1: all is made anew where none is given. */
  private float[] mask(VideoFrames marks, int index) {
    if (marks == null) {
      Arrays.fill(marked, 1);
      return marked;
    }
    ClipSource.read(marks, marks.frames() == 1 ? 0 : index, marked);
    for (int i = 0; i < marked.length; i++) {
      marked[i] = (marked[i] + 1) / 2;
    }
    return marked;
  }

  /**
   * The mask's first colour, [rows * columns of a latent pixel, frames, height, width], in host
   * memory. Each latent frame has that of the frame at its place in time, which need not be one of
   * those that it stands for.
   */
  private Tensor packed(Ops ops, VideoFrames marks, int frames) {
    int scale = grid.spatialScale();
    int height = size.height() / scale;
    int width = size.width() / scale;
    float[] values = new float[scale * scale * frames * height * width];
    float step = (float) size.frames() / frames;
    for (int frame = 0; frame < frames; frame++) {
      int source = Math.min((int) ((frame + 0.5f) * step), size.frames() - 1);
      float[] mask = mask(marks, source);
      for (int y = 0; y < size.height(); y++) {
        for (int x = 0; x < size.width(); x++) {
          int channel = y % scale * scale + x % scale;
          int target = ((channel * frames + frame) * height + y / scale) * width + x / scale;
          values[target] = mask[(y * size.width() + x) * CHANNELS];
        }
      }
    }
    Tensor packed = Tensor.of(values, scale * scale, frames, height, width);
    ops.countHeld(packed.byteSize());
    return packed;
  }

  // ---------------------------------------------------------------- denoising

  @Override
  public Conditions conditions(Conditions conditions) {
    return conditions.with(new Control(encoded, scales));
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    float[] values = new float[scales.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = scales.get(i).floatValue();
    }
    ops.countHeld(encoded.byteSize());
    ops.tap("control_scale", Tensor.of(values, values.length));
    return Conditioning.super.start(ops, noise, scheduler, timestep);
  }

  @Override
  public Shape latents(Shape clip) {
    long[] sizes = clip.sizes();
    sizes[1] += references.size();
    return Shape.of(sizes);
  }

  @Override
  public Tensor finish(Ops ops, Tensor latents) {
    int first = references.size();
    return first == 0 ? latents : ops.copy(latents.narrow(1, first, latents.size(1) - first));
  }
}
