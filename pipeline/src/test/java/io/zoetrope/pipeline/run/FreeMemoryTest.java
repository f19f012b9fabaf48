package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of machines and containers, as Linux tells them. */
class FreeMemoryTest {
  private static final long MIB = 1L << 20;

  @TempDir private Path root;

  @BeforeEach
  void aMachineWithAThousandMebibytesFree() throws IOException {
    write("proc/meminfo", "MemTotal:  2097152 kB\nMemFree:  10 kB\nMemAvailable:  1024000 kB\n");
    write("proc/self/status", "Name: java\nRssAnon:\t 20480 kB\nRssFile: 99 kB\nRssShmem: 0 kB\n");
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void whoStartsTheProcessMaySayLess() {
    FreeMemory free = new FreeMemory(2048 * MIB, "this machine has 2048 MiB free");
    assertEquals(
        new FreeMemory(1536 * MIB, "-Dzoetrope.memory=1.5 leaves 1536 MiB"), free.within("1.5"));
    assertEquals(free, free.within("3"));
    for (String wrong : new String[] {"much", "0", "NaN"}) {
      String message = assertThrows(PipelineException.class, () -> free.within(wrong)).getMessage();
      assertEquals("-Dzoetrope.memory=%s is no number of GiB".formatted(wrong), message);
    }
  }

  private void version2(String group, String limit, long usage, long inactiveFile)
      throws IOException {
    String folder = "sys/fs/cgroup/" + group;
    write(folder + "/memory.max", limit + "\n");
    write(folder + "/memory.current", usage + "\n");
    write(folder + "/memory.stat", "anon 1\ninactive_file " + inactiveFile + "\n");
  }

  private void version1(String group, long limit, long usage, long inactiveFile)
      throws IOException {
    String folder = "sys/fs/cgroup/memory/" + group;
    write(folder + "/memory.limit_in_bytes", limit + "\n");
    write(folder + "/memory.usage_in_bytes", usage + "\n");
    write(folder + "/memory.stat", "inactive_file 1\ntotal_inactive_file " + inactiveFile + "\n");
  }

  private void membership(String cgroup, String mounts) throws IOException {
    write("proc/self/cgroup", cgroup);
    write("proc/self/mountinfo", mounts);
  }

  private long mebibytes() {
    return FreeMemory.now(root).bytes() / MIB;
  }

  @Test
  void withoutControlGroupsItIsWhatTheMachineHasFreeAndWhatWeHold() {
    assertEquals(1020, mebibytes());
    assertEquals("this machine has 1020 MiB free", FreeMemory.now(root).reason());
  }

  @Test
  void whereTheSystemDoesNotSayItIsAllMemory() throws IOException {
    Files.delete(root.resolve("proc/meminfo"));
    assertTrue(FreeMemory.now(root).bytes() > 0);
    assertTrue(FreeMemory.now(root).reason().startsWith("this machine has "));
  }

  @Test
  void aGroupOfVersion2LeavesItsLimitWithoutWhatOthersHold() throws IOException {
    membership("0::/box/job\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    version2("box/job", "max", 300 * MIB, 0);
    version2("box", Long.toString(512 * MIB), 400 * MIB, 100 * MIB);
    assertEquals(212 + 20, mebibytes());
    assertEquals(
        "its container or control group leaves 232 of 512 MiB", FreeMemory.now(root).reason());
  }

  @Test
  void aGroupOfVersion1LeavesItsLimitWithoutWhatOthersHold() throws IOException {
    membership(
        "5:cpu,cpuacct:/\n4:hugetlb,memory:/box/job\n0::/\n",
        """
        34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu
        35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,hugetlb,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """);
    version1("box/job", 512 * MIB, 100 * MIB, 30 * MIB);
    version1("box", 9223372036854771712L, 5000 * MIB, 0);
    version1("", 9223372036854771712L, 9000 * MIB, 0);
    assertEquals(442 + 20, mebibytes());
  }

  @Test
  void aContainerSeesItsOwnGroupAtTheMount() throws IOException {
    membership(
        "0::/docker/1234\n", "31 23 0:28 /docker/1234 /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
    version2("", Long.toString(256 * MIB), 56 * MIB, 0);
    assertEquals(200 + 20, mebibytes());
    membership("0::/elsewhere\n", "31 23 0:28 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n");
    assertEquals(200 + 20, mebibytes());
  }

  @Test
  void aLimitAboveWhatTheMachineHasFreeDoesNotCount() throws IOException {
    membership("0::/box\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    version2("box", Long.toString(4096 * MIB), 0, 0);
    assertEquals(1020, mebibytes());
  }

  @Test
  void aGroupThatIsFullLeavesWhatWeHold() throws IOException {
    membership("0::/box\n", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    version2("box", Long.toString(100 * MIB), 120 * MIB, 0);
    assertEquals(20, mebibytes());
  }
}
