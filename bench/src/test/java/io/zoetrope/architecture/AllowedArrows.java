package io.zoetrope.architecture;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which package may use which others. A package that is not listed belongs to the listed one that
 * it lies in, and may use whatever lies there, too.
 */
final class AllowedArrows {
  /** Package and what it may use, both below {@link #ROOT}, from the ground up. */
  private static final String TABLE =
      """
      files                   :
      config                  : files
      tensor                  :
      random                  : tensor
      encoding                : tensor
      ops                     : encoding files tensor
      weights                 : config encoding files ops tensor
      nn                      : encoding ops tensor weights
      lora                    : config encoding files tensor weights

      kernels.cpu.pool        : ops tensor kernels.cpu.blocks
      kernels.cpu.blocks      : encoding ops tensor
      kernels.cpu.vector      : encoding ops tensor kernels.cpu.blocks kernels.cpu.pool
      kernels.cpu.jit.asm     :
      kernels.cpu.jit.memory  : encoding ops tensor kernels.cpu.jit.asm
      kernels.cpu.jit.code    : ops tensor kernels.cpu.jit.asm
      kernels.cpu.jit.kernel  : encoding ops tensor kernels.cpu.blocks
                                kernels.cpu.jit.asm kernels.cpu.jit.memory kernels.cpu.jit.code
      kernels.cpu.jit.op      : encoding ops tensor kernels.cpu.blocks kernels.cpu.pool
                                kernels.cpu.jit.asm kernels.cpu.jit.memory kernels.cpu.jit.code
                                kernels.cpu.jit.kernel
      kernels.cpu.jit         : encoding ops tensor kernels.cpu.blocks kernels.cpu.pool
                                kernels.cpu.jit.asm kernels.cpu.jit.memory kernels.cpu.jit.kernel
                                kernels.cpu.jit.op
      kernels.cpu             : ops kernels.cpu.vector kernels.cpu.jit kernels.cpu.jit.op

      kernels.emulator.fault  :
      kernels.emulator.checks :
      kernels.emulator.memory : kernels.emulator.fault kernels.emulator.checks
      kernels.emulator.parser : kernels.emulator.fault kernels.emulator.memory
      kernels.emulator.report : kernels.emulator.fault
      kernels.emulator.machine: kernels.emulator.fault kernels.emulator.checks
                                kernels.emulator.memory kernels.emulator.parser
                                kernels.emulator.report
      kernels.emulator.opcodes: kernels.emulator.fault kernels.emulator.checks
                                kernels.emulator.memory kernels.emulator.parser
                                kernels.emulator.report kernels.emulator.machine
      kernels.emulator        : kernels.emulator.fault kernels.emulator.memory
                                kernels.emulator.parser kernels.emulator.report
                                kernels.emulator.machine kernels.emulator.opcodes

      kernels.cuda.runtime    : files encoding ops tensor
      kernels.cuda.memory     : files encoding ops tensor kernels.cuda.runtime
      kernels.cuda.op         : encoding ops tensor kernels.cuda.runtime kernels.cuda.memory
      kernels.cuda            : files encoding ops tensor
                                kernels.cuda.runtime kernels.cuda.memory kernels.cuda.op
      kernels.cuda.driver     : files encoding ops tensor
                                kernels.cuda.runtime kernels.cuda.memory kernels.cuda
      kernels.cuda.emulated   : files encoding ops tensor kernels.cuda.runtime kernels.cuda
                                kernels.emulator kernels.emulator.fault kernels.emulator.memory
                                kernels.emulator.parser kernels.emulator.report
                                kernels.emulator.machine

      clip                    : files config tensor random encoding ops weights nn
      dit                     : files config tensor random encoding ops weights nn
      vae                     : files config tensor random encoding ops weights nn
      t5                      : files config tensor random encoding ops weights nn
      upscale                 : files config tensor random encoding ops weights nn
      media                   : files config tensor ops
      hub                     : files config
      pipeline                : files config tensor random encoding ops weights nn lora clip dit vae
                                t5 upscale media
      io.zoetrope             : files config tensor random encoding ops weights nn lora clip dit vae
                                t5 upscale media pipeline
      server.api              : files
      server.store            : files server.api
      server.upload           : files media server.api
      server.model            : files config ops dit media pipeline io.zoetrope
                                server.api server.upload
      server.work             : files ops media pipeline io.zoetrope
                                server.api server.store server.upload server.model
      server.web              : files media
                                server.api server.store server.model server.work
      server                  : files ops media pipeline io.zoetrope server.api server.store
                                server.upload server.model server.work server.web
      tools                   : files config tensor random encoding ops weights nn lora clip dit vae
                                t5 upscale media pipeline io.zoetrope hub
                                kernels.cuda kernels.cuda.runtime kernels.cuda.emulated
                                kernels.cuda.driver kernels.emulator.fault kernels.emulator.report
                                server server.api server.model server.upload server.work
      bench                   : files config tensor random encoding ops weights nn clip dit vae t5
                                upscale media pipeline io.zoetrope tools kernels.cpu kernels.cuda
      """;

  static final String ROOT = "io.zoetrope";

  private final Map<String, Set<String>> allowed = new LinkedHashMap<>();

  AllowedArrows() {
    String name = null;
    for (String line : TABLE.lines().filter(line -> !line.isBlank()).toList()) {
      int colon = line.indexOf(':');
      if (colon >= 0) {
        name = line.substring(0, colon).strip();
        allowed.put(name, new TreeSet<>());
      }
      String rest = line.substring(colon + 1).strip();
      List<String> uses = rest.isEmpty() ? List.of() : Arrays.asList(rest.split(" +"));
      allowed.get(name).addAll(uses);
    }
  }

  /** Returns the listed packages, below the root. */
  Set<String> listed() {
    return allowed.keySet();
  }

  /** Returns what the table lets a listed package use. */
  Set<String> uses(String listed) {
    return allowed.get(listed);
  }

  /**
   * Returns the listed package that a package belongs to.
   *
   * @throws AssertionError when it lies in none
   */
  String roomOf(String packageName) {
    String name = packageName.equals(ROOT) ? packageName : packageName.substring(ROOT.length() + 1);
    for (String at = name; ; at = at.substring(0, at.lastIndexOf('.'))) {
      if (allowed.containsKey(at)) {
        return at;
      }
      if (at.indexOf('.') < 0) {
        throw new AssertionError(
            "package %s is not listed in AllowedArrows: say there what it may use"
                .formatted(packageName));
      }
    }
  }

  boolean permits(Arrow arrow) {
    String from = roomOf(arrow.fromPackage());
    String to = roomOf(arrow.toPackage());
    return from.equals(to) || allowed.get(from).contains(to);
  }
}
