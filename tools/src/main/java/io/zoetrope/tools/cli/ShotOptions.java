package io.zoetrope.tools.cli;

import io.zoetrope.tools.shot.CameraMove;
import io.zoetrope.tools.shot.CameraSpeed;
import io.zoetrope.tools.shot.ShotPrompt;
import picocli.CommandLine.Option;

/** What a director says of a shot beside its subject; all of it is put into the prompt. */
final class ShotOptions {
  @Option(
      names = "--camera",
      paramLabel = "MOVE",
      defaultValue = "",
      description = "How the camera moves: " + CameraMove.NAMES + ", or any other words.")
  private String camera;

  @Option(
      names = "--camera-speed",
      paramLabel = "SPEED",
      defaultValue = "",
      description = "How fast it moves: " + CameraSpeed.NAMES + ", or any other words.")
  private String cameraSpeed;

  @Option(
      names = "--action",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What the subject of the prompt does, e.g. 'bounces'.")
  private String action;

  @Option(
      names = "--environment",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Where, e.g. 'in a snowy field'.")
  private String environment;

  @Option(
      names = "--lighting",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What light, e.g. 'golden hour'.")
  private String lighting;

  @Option(
      names = "--mood",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What mood, e.g. 'calm'.")
  private String mood;

  @Option(
      names = "--style",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "What style, e.g. 'watercolour'.")
  private String style;

  @Option(
      names = "--quality",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Words about the quality of the picture, e.g. 'sharp focus'.")
  private String quality;

  /** The shot of a subject. */
  ShotPrompt of(String subject) {
    return new ShotPrompt(
        camera, cameraSpeed, subject, action, environment, lighting, mood, style, quality);
  }

  /** The prompt of a subject, which is the subject itself where nothing else is said. */
  String compose(String subject) {
    String said =
        String.join("", camera, cameraSpeed, action, environment, lighting, mood, style, quality);
    return said.isBlank() ? subject : of(subject).compose();
  }
}
