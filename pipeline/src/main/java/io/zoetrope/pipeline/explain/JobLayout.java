package io.zoetrope.pipeline.explain;

import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the transformer of a job computes: found by a dry run.
 *
 * @param tokens of the video, those in front of the clip among them
 * @param framesPerToken latent frames of a token
 * @param inFront latent frames in front of the clip, such as references
 * @param latents [channels, frames, height, width] of the clip
 * @param steps that are taken, by their numbers in the schedule
 * @param blocks their names, in the order in which they compute
 * @param heads of each attention
 * @param dim features of a token
 * @param keys most keys that a token attends to
 * @param isGuided whether there is a second branch
 */
record JobLayout(
    PatchGrid tokens,
    int framesPerToken,
    int inFront,
    Shape latents,
    List<Integer> steps,
    List<String> blocks,
    int heads,
    int dim,
    long keys,
    boolean isGuided) {

  static JobLayout of(Job job, VideoGeometry geometry, Shape latents) {
    Rehearsal seen = new Rehearsal();
    job.rehearse(seen);
    return new JobLayout(
        geometry.patch().grid(seen.input),
        geometry.patch().frames(),
        seen.input.intSize(1) - latents.intSize(1),
        latents,
        List.copyOf(seen.steps),
        List.copyOf(seen.blocks),
        seen.heads,
        seen.dim,
        seen.keys,
        seen.isGuided);
  }

  /** Which step of those that are taken has a number in the schedule. */
  int step(int number) {
    return steps.indexOf(number);
  }

  /** Looks at paths and shapes. Tensors are asked for once: each is memory of the job's size. */
  private static final class Rehearsal implements Tracer {
    private final SortedSet<Integer> steps = new TreeSet<>();
    private final Set<String> blocks = new LinkedHashSet<>();
    private Shape input;
    private int heads;
    private int dim;
    private long keys;
    private boolean isGuided;

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      if (!operation.operation().equals("attention")) {
        return;
      }
      Optional<TracedPlace> found = TracedPlace.of(operation.path());
      if (found.isPresent() && !found.get().block().isEmpty()) {
        steps.add(found.get().step());
        blocks.add(found.get().block());
        isGuided |= !found.get().isConditional();
        keys = Math.max(keys, operation.inputs().get(1).shape().size(0));
      }
    }

    @Override
    public boolean wants(String path) {
      return input == null && path.endsWith("/" + TracedPlace.COND + "/input");
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      input = tensor.shape();
    }

    @Override
    public boolean wantsAttention(String path) {
      return heads == 0 && TracedPlace.of(path).isPresent();
    }

    @Override
    public void attention(String path, Attending attending) {
      heads = attending.heads();
      dim = attending.query().intSize(1);
    }
  }
}
