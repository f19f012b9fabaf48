package io.zoetrope.media;

/**
 * Frames read from a file and the rate at which they play.
 *
 * @param framesPerSecond mean rate; 0 for a single frame
 */
public record VideoClip(VideoFrames frames, double framesPerSecond) {}
