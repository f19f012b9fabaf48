package io.zoetrope.server.model;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.server.api.ApiException;
import io.zoetrope.server.upload.UploadDecoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Pictures and clips of a request: decoded into the folder of its job, and read from there. */
final class Inputs {
  static final String REFERENCE = "input_reference";
  private static final String LAST_PICTURE = "extra_params.last_image";

  private final VideoRequest asked;
  private final ServedModel model;
  private final UploadDecoder decoder;
  private final Path folder;
  private final List<Plan.InputFile> files = new ArrayList<>();

  /**
   * Those of a request.
   *
   * @param folder gets the inputs, decoded and as they came
   */
  Inputs(VideoRequest asked, ServedModel model, UploadDecoder decoder, Path folder) {
    this.asked = asked;
    this.model = model;
    this.decoder = decoder;
    this.folder = folder;
  }

  /** What was decoded. */
  List<Plan.InputFile> files() {
    return files;
  }

  /**
   * Refuses what the model cannot use, before it is decoded.
   *
   * @throws ApiException that says what the model does
   */
  void requireTask() {
    boolean takesOne = model.takesPicture() || model.takesClip();
    if (asked.reference().isPresent() && !takesOne) {
      throw cannot(REFERENCE, "no picture and no clip");
    }
    if (asked.strength().isPresent() && (asked.reference().isEmpty() || !model.takesClip())) {
      throw ApiException.invalid(
          "extra_params.strength", "strength is of a clip to start from, and there is none");
    }
  }

  private ApiException cannot(String parameter, String what) {
    return new ApiException(
        400,
        parameter,
        "unsupported_task",
        "%s: model %s takes %s; it does %s"
            .formatted(parameter, model.name(), what, model.tasks()));
  }

  /** The request with its inputs, in their shape unless it says another one. */
  GenerationRequest addTo(GenerationRequest request) {
    GenerationRequest with = request;
    if (asked.reference().isPresent()) {
      byte[] file = asked.reference().get();
      UploadDecoder.Found found = decoder.look(REFERENCE, file);
      if (asked.width().isEmpty() && !model.pipeline().makesOneSize()) {
        with =
            with.with(
                model.pipeline().geometry().inShapeOf(with.size(), found.width(), found.height()));
      }
      with = found.goesOn() ? withClip(with) : withPicture(with, REFERENCE, file, Plan.Role.FIRST);
    }
    if (asked.lastPicture().isPresent()) {
      with = withPicture(with, LAST_PICTURE, asked.lastPicture().get(), Plan.Role.LAST);
    }
    keep();
    return with;
  }

  /** Files as they came, for changes of the job. */
  private void keep() {
    try {
      if (asked.reference().isPresent()) {
        Files.write(folder.resolve(REFERENCE), asked.reference().get());
      }
      if (asked.lastPicture().isPresent()) {
        Files.write(folder.resolve(LAST_PICTURE), asked.lastPicture().get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file that a job's {@link #REFERENCE} was; empty if it had none. */
  static Optional<byte[]> reference(Path folder) {
    return kept(folder, REFERENCE);
  }

  /** The file with the picture that a job ended with; empty if it had none. */
  static Optional<byte[]> lastPicture(Path folder) {
    return kept(folder, LAST_PICTURE);
  }

  private static Optional<byte[]> kept(Path folder, String name) {
    try {
      Path file = folder.resolve(name);
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private GenerationRequest withPicture(
      GenerationRequest request, String parameter, byte[] file, Plan.Role role) {
    if (role == Plan.Role.FIRST && !model.takesPicture()) {
      throw cannot(parameter, "clips alone");
    }
    String name = role.name().toLowerCase(Locale.ROOT) + ".raw";
    Path frames = folder.resolve(name);
    UploadDecoder.Found found =
        decoder.decode(
            parameter, file, frames, 1, request.get(Setting.WIDTH), request.get(Setting.HEIGHT));
    if (found.goesOn()) {
      throw ApiException.invalid(
          parameter, parameter + ": it has more than 1 frame, a picture is needed");
    }
    files.add(new Plan.InputFile(name, role, 1));
    return request.with(input(UploadDecoder.frames(frames), role, 1));
  }

  private GenerationRequest withClip(GenerationRequest request) {
    if (!model.takesClip()) {
      throw cannot(REFERENCE, "pictures alone");
    }
    boolean isGiven = asked.frames().isPresent() || asked.seconds().isPresent();
    String name = "clip.raw";
    Path frames = folder.resolve(name);
    int most = isGiven ? request.get(Setting.FRAMES) : model.limits().frames();
    int found =
        decoder
            .decode(
                REFERENCE,
                asked.reference().orElseThrow(),
                frames,
                most,
                request.get(Setting.WIDTH),
                request.get(Setting.HEIGHT))
            .frames();
    int used = isGiven ? most : model.pipeline().geometry().framesWithin(found);
    if (used > found) {
      throw ApiException.invalid(
          isGiven ? "num_frames" : REFERENCE,
          "the clip has %d frames, %d are needed".formatted(found, used));
    }
    double strength = asked.strength().orElse(VideoRequest.DEFAULT_STRENGTH);
    files.add(new Plan.InputFile(name, Plan.Role.CLIP, strength));
    return request
        .with(Setting.FRAMES, used)
        .with(input(UploadDecoder.frames(frames).first(used), Plan.Role.CLIP, strength));
  }

  /** The input that a file of a plan is, of so many frames as the request has. */
  static Input read(Plan.InputFile file, Path folder, GenerationRequest request) {
    VideoFrames frames = UploadDecoder.frames(folder.resolve(file.file()));
    int used = file.role() == Plan.Role.CLIP ? request.get(Setting.FRAMES) : 1;
    return input(frames.first(used), file.role(), file.strength());
  }

  private static Input input(VideoFrames frames, Plan.Role role, double strength) {
    return switch (role) {
      case FIRST -> Input.Image.first(frames);
      case LAST -> Input.Image.last(frames);
      case CLIP -> new Input.Clip(frames, strength);
    };
  }
}
