package io.zoetrope.weights;

/**
 * The rules by which {@link SafetensorsFile} refuses a file that the reference reader (the
 * safetensors library, 0.8.0) accepts. Each closes a way to mean two things at once, or to smuggle
 * a name into a path.
 *
 * <table>
 * <caption>Where this reader is stricter</caption>
 * <tr><th>rule</th><th>reference reader</th><th>why refused</th></tr>
 * <tr><td>{@link #LEADING_WHITE_SPACE}</td><td>skips it</td>
 *     <td>the format demands that the header begins with an opening brace</td></tr>
 * <tr><td>{@link #DUPLICATE_NAME}</td><td>keeps the last tensor or metadata value</td>
 *     <td>the format forbids it; readers disagree on which one counts</td></tr>
 * <tr><td>{@link #UNKNOWN_FIELD}</td><td>ignores the field of a tensor's entry</td>
 *     <td>it may change what the bytes mean, e.g. a scale of quantised values</td></tr>
 * <tr><td>{@link #ENTRY_FORM}</td><td>also reads {@code ["F32", [2], [0, 8]]} and {@code {"F32":
 *     null}} in place of an entry and a dtype</td>
 *     <td>by-product of its JSON library, not of the format</td></tr>
 * <tr><td>{@link #UNSAFE_NAME}</td><td>takes any name</td>
 *     <td>control characters and {@code ..} path segments attack whoever prints the name or makes a
 *     file of it</td></tr>
 * <tr><td>{@link #SIZE_LIMIT}</td><td>counts up to 2^64 - 1</td>
 *     <td>sizes whose product exceeds 2^63 - 1 have no use; only shapes that also have a size of 0
 *     reach this rule</td></tr>
 * <tr><td>{@link #HEADER_LIMIT}</td><td>takes whatever fits into 100 MB</td>
 *     <td>a header that no model needs takes gigabytes and minutes: 262,144 tensors of 64
 *     dimensions, names of 2,048 characters, metadata of 65,536 entries and 16 Mi characters
 *     are accepted</td></tr>
 * </table>
 *
 * Accepted as the reference does: white space after the header, {@code "__metadata__": null}, an
 * empty tensor name, BOOL bytes other than 0 and 1, and data at unaligned offsets.
 */
public enum StricterRule {
  LEADING_WHITE_SPACE("white space before the header's JSON object"),
  DUPLICATE_NAME("a name given twice"),
  UNKNOWN_FIELD("an unknown field in a tensor's entry"),
  ENTRY_FORM("an entry or dtype in an alternative JSON form"),
  UNSAFE_NAME("a control character or '..' segment in a tensor name"),
  SIZE_LIMIT("sizes whose product exceeds 2^63 - 1"),
  HEADER_LIMIT("more tensors, dimensions, characters or nesting than any published file has");

  private final String description;

  StricterRule(String description) {
    this.description = description;
  }

  /** What is refused, in a few words. */
  public String description() {
    return description;
  }
}
