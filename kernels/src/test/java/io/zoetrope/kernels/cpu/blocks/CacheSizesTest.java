package io.zoetrope.kernels.cpu.blocks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheSizesTest {
  private static final long KIB = 1 << 10;
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;

  @Test
  void blocksFollowZen3() throws IOException {
    CacheSizes sizes = reported("32K", "512K", "32768K", "0-7,64-71");
    assertEquals(new CacheSizes(512 * KIB, 32 * MIB, 16), sizes);
    assertEquals(192, MatrixBlocks.rows(sizes));
    assertEquals(256 * KIB, ConvolutionBlocks.windowBytes(sizes));
    assertEquals(4 * MIB, WinogradBlocks.bytes(sizes, 2));
    assertEquals(512 * KIB, WinogradBlocks.bytes(sizes, 128), "eight caches of 16 threads each");
  }

  @Test
  void blocksFollowZen4() throws IOException {
    CacheSizes sizes = reported("32K", "1024K", "32768K", "0-1");
    assertEquals(new CacheSizes(MIB, 32 * MIB, 2), sizes);
    assertEquals(192, MatrixBlocks.rows(sizes));
    assertEquals(512 * KIB, ConvolutionBlocks.windowBytes(sizes));
    assertEquals(4 * MIB, WinogradBlocks.bytes(sizes, 2));
  }

  @Test
  void largeCachesMakeNoBlockLarger() throws IOException {
    CacheSizes sizes = reported("48K", "2048K", "491520K", "0-1");
    assertEquals(new CacheSizes(2 * MIB, 480 * MIB, 2), sizes);
    assertEquals(192, MatrixBlocks.rows(sizes));
    assertEquals(512 * KIB, ConvolutionBlocks.windowBytes(sizes));
    assertEquals(4 * MIB, WinogradBlocks.bytes(sizes, 2));
  }

  @Test
  void smallCachesMakeBlocksSmaller() throws IOException {
    CacheSizes sizes = reported("32K", "256K", "6M", "0,2,4,6");
    assertEquals(new CacheSizes(256 * KIB, 6 * MIB, 4), sizes);
    assertEquals(96, MatrixBlocks.rows(sizes));
    assertEquals(128 * KIB, ConvolutionBlocks.windowBytes(sizes));
    assertEquals(384 * KIB, WinogradBlocks.bytes(sizes, 4));
  }

  @Test
  void whatIsNotReportedIsTheUsual() throws IOException {
    assertEquals(CacheSizes.USUAL, CacheSizes.of(folder.resolve("nothing")));
    cache(0, "2", "512K", "0");
    assertEquals(new CacheSizes(512 * KIB, 32 * MIB, 8), CacheSizes.of(folder));
    cache(1, "3", "unknown", "0");
    assertEquals(CacheSizes.USUAL, CacheSizes.of(folder));
  }

  private CacheSizes reported(String first, String second, String last, String sharing)
      throws IOException {
    cache(0, "1", first, "0");
    cache(1, "1", first, "0");
    cache(2, "2", second, "0");
    cache(3, "3", last, sharing);
    return CacheSizes.of(folder);
  }

  private void cache(int index, String level, String size, String processors) throws IOException {
    Path cache = Files.createDirectories(folder.resolve("index" + index));
    Files.writeString(cache.resolve("level"), level + "\n");
    Files.writeString(cache.resolve("size"), size + "\n");
    Files.writeString(cache.resolve("shared_cpu_list"), processors + "\n");
  }
}
