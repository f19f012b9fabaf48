package io.zoetrope.media;

import java.nio.charset.StandardCharsets;

/**
 * The label that says how media was made, for programs that read XMP (IPTC Video Metadata Hub and
 * Photo Metadata, Digital Source Type).
 */
final class Xmp {
  private static final String PACKET =
      """
      <?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
          Iptc4xmpExt:DigitalSourceType="%s"/>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="r"?>\
      """;

  private Xmp() {}

  /** The packet in UTF-8. */
  static byte[] packet(Provenance provenance) {
    return PACKET.formatted(provenance.digitalSourceType()).getBytes(StandardCharsets.UTF_8);
  }
}
