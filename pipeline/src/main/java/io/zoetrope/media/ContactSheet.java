package io.zoetrope.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/** Frames of several clips in one picture: a row for each clip, with a number before it. */
public final class ContactSheet {
  /** Most frames of a clip. */
  public static final int MAX_COLUMNS = 32;

  private static final int CHANNELS = 3;
  private static final int GAP = 4;
  private static final int BACKGROUND = 0x20;
  private static final int INK = 0xE0;

  /** Pixels of a point of a digit, and points of a digit. */
  private static final int POINT = 2;

  private static final int DIGIT_WIDTH = 5;
  private static final int DIGIT_HEIGHT = 7;

  /** Rows of each digit from the top, five bits each. */
  private static final int[][] DIGITS = {
    {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110},
    {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110},
    {0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111},
    {0b11111, 0b00010, 0b00100, 0b00110, 0b00001, 0b10001, 0b01110},
    {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010},
    {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110},
    {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110},
    {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000},
    {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110},
    {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100}
  };

  /**
   * A row of a sheet.
   *
   * @param number digits that are written before it
   * @param frames all of one size
   */
  private record Row(String number, VideoFrames frames) {}

  private final int columns;
  private final int tile;
  private final List<Row> rows = new ArrayList<>();

  /**
   * An empty sheet.
   *
   * @param columns most frames of a clip, 1 to {@link #MAX_COLUMNS}
   * @param tile width of a frame in pixels, about
   */
  public ContactSheet(int columns, int tile) {
    this.columns = columns;
    this.tile = tile;
  }

  /**
   * Adds a clip: frames at equal distances, the first and the last among them.
   *
   * @param number digits
   * @throws MediaException if the file can't be read
   */
  public void add(String number, Path clip) {
    ClipStream stream = ClipStream.of(clip);
    int count = Math.min(columns, stream.frames());
    Reading reading = Reading.first(count).with(scaled());
    if (count < stream.frames()) {
      double lastShown = stream.seconds() * (stream.frames() - 1) / stream.frames();
      // A single frame is the first one, at whatever rate.
      reading = reading.at(count > 1 ? (count - 1) / lastShown : 1);
    }
    rows.add(new Row(number, MediaReader.read(clip, reading).frames()));
  }

  /** Small frames become larger without a blur, and large ones smaller. */
  private UnaryOperator<VideoFrames> scaled() {
    return frame ->
        frame.width() * 2 <= tile
            ? frame.upscale(tile / frame.width())
            : Resampling.LANCZOS.resize(
                frame,
                tile,
                (int) Math.max(1, Math.round((double) frame.height() * tile / frame.width())));
  }

  /**
   * The sheet as a picture.
   *
   * @throws MediaException if it has no rows, or so many that it is too large
   */
  public VideoFrames picture() {
    int digits = rows.stream().mapToInt(row -> row.number().length()).max().orElse(0);
    int left = GAP + digits * (DIGIT_WIDTH + 1) * POINT;
    int width = left + GAP;
    long height = GAP;
    for (Row row : rows) {
      int across = row.frames().frames() * (row.frames().width() + GAP);
      width = Math.max(width, left + GAP + across);
      height += GAP + Math.max(row.frames().height(), DIGIT_HEIGHT * POINT);
    }
    if (rows.isEmpty() || width * height > MediaReader.MAX_PIXELS) {
      throw new MediaException(
          "a contact sheet of %dx%d pixels; 1 to %d pixels are possible: choose fewer clips or columns, or smaller tiles"
              .formatted(width, height, MediaReader.MAX_PIXELS));
    }
    byte[] rgb = new byte[(int) (width * height) * CHANNELS];
    Arrays.fill(rgb, (byte) BACKGROUND);
    int y = GAP;
    for (Row row : rows) {
      write(row.number(), rgb, width, y);
      for (int i = 0; i < row.frames().frames(); i++) {
        put(row.frames(), i, rgb, width, left + GAP + i * (row.frames().width() + GAP), y);
      }
      y += GAP + Math.max(row.frames().height(), DIGIT_HEIGHT * POINT);
    }
    return new VideoFrames(width, (int) height, 1, rgb);
  }

  private static void put(VideoFrames frames, int index, byte[] rgb, int width, int x, int y) {
    byte[] frame = frames.frame(index);
    int row = frames.width() * CHANNELS;
    for (int i = 0; i < frames.height(); i++) {
      System.arraycopy(frame, i * row, rgb, ((y + i) * width + x) * CHANNELS, row);
    }
  }

  /** Fonts are not on every machine, and not the same on any two. */
  private static void write(String number, byte[] rgb, int width, int y) {
    for (int i = 0; i < number.length(); i++) {
      int[] digit = DIGITS[number.charAt(i) - '0'];
      int x = GAP + i * (DIGIT_WIDTH + 1) * POINT;
      for (int row = 0; row < DIGIT_HEIGHT * POINT; row++) {
        for (int column = 0; column < DIGIT_WIDTH * POINT; column++) {
          if ((digit[row / POINT] >> (DIGIT_WIDTH - 1 - column / POINT) & 1) != 0) {
            int at = ((y + row) * width + x + column) * CHANNELS;
            Arrays.fill(rgb, at, at + CHANNELS, (byte) INK);
          }
        }
      }
    }
  }
}
