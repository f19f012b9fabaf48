package io.zoetrope.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;
import java.util.LinkedHashMap;

/**
 * A request that is refused, in the shape of OpenAI's errors: a message for people, a type, the
 * parameter that is to blame, and a code for programs.
 */
public final class ApiException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  private static final int BAD_REQUEST = 400;
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int TOO_MANY = 429;
  private static final int UNAVAILABLE = 503;

  private final int status;
  private final String parameter;
  private final String code;
  private final LinkedHashMap<String, Long> numbers = new LinkedHashMap<>();

  /**
   * An error.
   *
   * @param status of HTTP, from 400 on
   * @param parameter that is to blame; null for none
   * @param code for programs
   * @param message one line for people
   */
  public ApiException(int status, String parameter, String code, String message) {
    super(Printable.line(message));
    this.status = status;
    this.parameter = parameter;
    this.code = code;
  }

  /** A parameter with a value that cannot be used. */
  public static ApiException invalid(String parameter, String message) {
    return new ApiException(BAD_REQUEST, parameter, "invalid_value", message);
  }

  /** A parameter of another type. */
  public static ApiException type(String parameter, String expected) {
    return new ApiException(
        BAD_REQUEST, parameter, "invalid_type", "%s: %s is needed".formatted(parameter, expected));
  }

  /** A request that says nothing that could be read. */
  public static ApiException malformed(String parameter, String message) {
    return new ApiException(BAD_REQUEST, parameter, "malformed_request", message);
  }

  /** There is no such thing. */
  public static ApiException notFound(String message) {
    return new ApiException(NOT_FOUND, null, "not_found", message);
  }

  /** It cannot be done as things are. */
  public static ApiException conflict(String code, String message) {
    return new ApiException(CONFLICT, null, code, message);
  }

  /** Whoever asks may not. */
  public static ApiException forbidden(String message) {
    return new ApiException(FORBIDDEN, null, "forbidden", message);
  }

  /** Nobody has said who asks. */
  public static ApiException unauthorized() {
    return new ApiException(
        UNAUTHORIZED,
        null,
        "invalid_api_key",
        "a token is needed: send it as 'Authorization: Bearer TOKEN'");
  }

  /** The queue is full. */
  public static ApiException busy(int queued) {
    return new ApiException(
        TOO_MANY,
        null,
        "queue_full",
        "%d jobs wait, which is the limit: try later".formatted(queued));
  }

  /** The server is about to end, or its data cannot be reached. */
  public static ApiException unavailable(String message) {
    return new ApiException(UNAVAILABLE, null, "unavailable", message);
  }

  /**
   * A job that this machine has too little memory for.
   *
   * @param needed bytes
   * @param available bytes
   */
  public static ApiException memory(long needed, long available, String message) {
    ApiException error = new ApiException(BAD_REQUEST, null, "insufficient_memory", message);
    error.numbers.put("needed_bytes", needed);
    error.numbers.put("available_bytes", available);
    return error;
  }

  /** The same error for clients that have another name for the parameter. */
  public ApiException blaming(String other) {
    ApiException renamed = new ApiException(status, other, code, getMessage());
    renamed.numbers.putAll(numbers);
    return renamed;
  }

  /** Status of HTTP. */
  public int status() {
    return status;
  }

  /** The parameter that is to blame; null for none. */
  public String parameter() {
    return parameter;
  }

  /** What kind of failure it is, for programs. */
  public String code() {
    return code;
  }

  /** The body of the answer. */
  public ObjectNode toJson() {
    ObjectNode body = Json.object();
    ObjectNode error = body.putObject("error");
    error.put("message", getMessage());
    error.put("type", type());
    error.put("param", parameter);
    error.put("code", code);
    numbers.forEach(error::put);
    return body;
  }

  private String type() {
    return switch (status) {
      case UNAUTHORIZED, FORBIDDEN -> "authentication_error";
      case NOT_FOUND -> "not_found_error";
      case CONFLICT -> "conflict_error";
      case TOO_MANY -> "rate_limit_error";
      default -> status >= 500 ? "server_error" : "invalid_request_error";
    };
  }
}
