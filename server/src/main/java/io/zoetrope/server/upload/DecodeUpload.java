package io.zoetrope.server.upload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.media.Colour;
import io.zoetrope.media.Fit;
import io.zoetrope.media.Fitting;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.Reading;
import io.zoetrope.media.VideoClip;
import io.zoetrope.server.api.Json;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The program that decodes a file of a client, in a process of its own: whatever the file does to
 * the decoder, the server does not notice. It prints what it has found, as a line of JSON.
 *
 * <p>Arguments: the file, the file for its frames, how many frames to keep, and the width and
 * height to bring them to; 0 for these keeps nothing, and says how large they are.
 */
public final class DecodeUpload {
  /** The file is none that can be used; the reason is on standard error. */
  static final int EXIT_UNUSABLE = 3;

  private DecodeUpload() {}

  /** Decodes one file and ends. */
  public static void main(String[] args) throws IOException {
    int frames = Integer.parseInt(args[2]);
    int width = Integer.parseInt(args[3]);
    int height = Integer.parseInt(args[4]);
    try {
      Reading reading = Reading.first(width == 0 ? 1 : frames).over(Colour.WHITE);
      Fitting fitting = width == 0 ? null : new Fitting(Fit.COVER, width, height, Colour.BLACK);
      VideoClip clip =
          MediaReader.read(
              Path.of(args[0]), fitting == null ? reading : reading.with(fitting::apply));
      if (fitting != null) {
        RawClip.write(Path.of(args[1]), clip.frames());
      }
      ObjectNode found = Json.object();
      found.put("width", clip.source().width());
      found.put("height", clip.source().height());
      found.put("frames", clip.frames().frames());
      found.put("goes_on", clip.source().goesOn());
      System.out.println(Json.text(found));
    } catch (ExpectedException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(EXIT_UNUSABLE);
    }
  }
}
