package io.zoetrope.server;

import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.server.model.Limits;
import io.zoetrope.server.work.JobService;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a server serves, and to whom.
 *
 * @param host name or address to listen at
 * @param port 0 for one that is free
 * @param models by the names that clients use, at least one; the first is taken where none is named
 * @param precision number formats of all of them
 * @param devices each opens one that jobs run on, at least one
 * @param data folder of jobs
 * @param store JDBC URL of a database for the list of jobs; empty for a file in the folder
 * @param token that clients need; empty for none
 * @param allowedHosts names under which clients reach the server, beside those of the loopback
 * @param isInsecure whether it listens where others reach it, though there is no token
 * @param policy how jobs are treated
 * @param limits of requests
 */
public record ServerSettings(
    String host,
    int port,
    SequencedMap<String, Supplier<ModelSource>> models,
    ModelPrecision precision,
    List<Supplier<Backend>> devices,
    Path data,
    Optional<String> store,
    Optional<String> token,
    Set<String> allowedHosts,
    boolean isInsecure,
    JobService.Policy policy,
    Limits limits) {}
