package io.zoetrope.hub;

import io.zoetrope.files.Printable;

/** Words for what a hub answers instead of what it was asked for. */
final class Refusal {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;

  private Refusal() {}

  /**
   * What an answer means that is neither a success nor a redirect.
   *
   * @param path of a file; empty if the request was about the whole model
   */
  static HubException of(HubClient client, ModelName model, String path, HubClient.Reply reply) {
    String repository = model.repository();
    String page = client.endpoint() + "/" + repository;
    String code = reply.header("x-error-code");
    String message = reply.header("x-error-message");
    boolean isTokenWrong =
        reply.status() == UNAUTHORIZED
            && client.hasToken()
            && (code.isEmpty() || message.startsWith("Invalid credentials"));
    return new HubException(
        switch (code) {
          case "GatedRepo" ->
              client.hasToken() || reply.status() == FORBIDDEN
                  ? "%s is gated, and your token has no access to it: ask for it at %s"
                      .formatted(repository, page)
                  : "%s is gated: agree to its conditions at %s, then put a token of yours into"
                          .formatted(repository, page)
                      + " HF_TOKEN and run the same command again";
          case "RevisionNotFound" ->
              "%s has no revision %s: see its branches and tags at %s/tree/main"
                  .formatted(repository, Printable.quote(model.revision()), page);
          case "EntryNotFound" -> "%s has no file %s".formatted(model, Printable.quote(path));
          default -> {
            if (isTokenWrong) {
              yield "the hub does not know the token in HF_TOKEN or in the token's file: set a new"
                  + " one, or none for models that are free for all";
            } else if (code.equals("RepoNotFound")
                || reply.status() == UNAUTHORIZED
                || reply.status() == NOT_FOUND) {
              yield "the hub has no model %s, or it is private%s"
                  .formatted(
                      repository,
                      client.hasToken()
                          ? " and not yours: check the name"
                          : ": check the name; for a private one put a token into HF_TOKEN");
            }
            yield "%s: the hub answers %d%s"
                .formatted(
                    model,
                    reply.status(),
                    message.isEmpty() ? "" : ": " + Printable.value(message));
          }
        });
  }
}
