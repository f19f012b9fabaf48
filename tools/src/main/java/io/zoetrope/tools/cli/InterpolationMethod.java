package io.zoetrope.tools.cli;

/** What makes frames between the frames of a clip. */
enum InterpolationMethod {
  /** The motion of blocks of pixels, by a filter of ffmpeg. */
  MOTION,
  /** A model that leads from a first frame to a last one. */
  MODEL
}
