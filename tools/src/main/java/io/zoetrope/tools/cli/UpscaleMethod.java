package io.zoetrope.tools.cli;

/** What makes a clip larger. */
enum UpscaleMethod {
  /** A trained network. */
  NETWORK,
  /** The Lanczos filter of ffmpeg. */
  LANCZOS
}
