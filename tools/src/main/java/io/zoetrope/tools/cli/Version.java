package io.zoetrope.tools.cli;

import io.zoetrope.media.Provenance;
import picocli.CommandLine.IVersionProvider;

/** Name and version, as in the provenance of outputs. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "%s %s".formatted(Provenance.ENGINE.get("name"), Provenance.ENGINE.get("version"))
    };
  }
}
