package io.zoetrope.hub;

import io.zoetrope.files.Printable;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model at the hub: {@code ORG/NAME}, and which state of it.
 *
 * @param repository {@code ORG/NAME}
 * @param revision a branch, a tag, a commit of 40 hexadecimal digits or a reference such as {@code
 *     refs/pr/1}
 */
public record ModelName(String repository, String revision) {
  /** The branch that counts where none is named. */
  static final String MAIN = "main";

  private static final String PREFIX = "models--";
  private static final String SEPARATOR = "--";
  private static final String PART = "[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?";

  /** The rule of {@code huggingface_hub} ({@code utils/_validators.py}). */
  private static final Pattern REPOSITORY =
      Pattern.compile("(?!.*(?:--|\\.\\.))%1$s/%1$s".formatted(PART));

  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /** The model of a text {@code ORG/NAME[@REV]}; empty if it is none. */
  public static Optional<ModelName> parse(String text) {
    int at = text.indexOf('@');
    String repository = at < 0 ? text : text.substring(0, at);
    String revision = at < 0 ? MAIN : text.substring(at + 1);
    return REPOSITORY.matcher(repository).matches() && RepositoryPath.isPlain(revision)
        ? Optional.of(new ModelName(repository, revision))
        : Optional.empty();
  }

  /**
   * The model of a text {@code ORG/NAME[@REV]}.
   *
   * @throws HubException if it is none
   */
  public static ModelName of(String text) {
    return parse(text)
        .orElseThrow(() ->
            new HubException(
                "%s is no name of a model: ORG/NAME is one, ORG/NAME@REVISION one of its states"
                    .formatted(Printable.quote(text))));
  }

  /** The model whose folder in a cache has a name; empty if it is no model's. */
  static Optional<ModelName> ofFolder(String folder) {
    return folder.startsWith(PREFIX)
        ? parse(folder.substring(PREFIX.length()).replaceFirst(SEPARATOR, "/"))
        : Optional.empty();
  }

  /** Name of its folder in a cache. */
  String folder() {
    return PREFIX + repository.replace("/", SEPARATOR);
  }

  /** Whether a text is the whole name of a commit. */
  static boolean isCommit(String text) {
    return COMMIT.matcher(text).matches();
  }

  /** As it is typed: the main branch is not named. */
  @Override
  public String toString() {
    return revision.equals(MAIN) ? repository : repository + "@" + revision;
  }
}
