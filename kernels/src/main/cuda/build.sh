#!/bin/sh
# Compiles the kernels to PTX, which is committed: only who changes a kernel needs nvcc (CUDA 12 or 13).
# Run it in this folder. Writes one .ptx for each .cu to the resources, and the manifest that a test
# holds against the sources.
#
# compute_80 is the oldest GPU with bf16 tensor cores and asynchronous copies; a driver compiles for
# newer ones. nvcc writes its own PTX version, which only its own generation of drivers takes: the
# kernels need nothing newer than 7.0, so this is what is declared (CUDA 11.0 and later).
#
# The PTX says which line of the sources an instruction comes from. Of a function that was inlined, PTX 7.0
# cannot say where: an instruction from one of CUDA's headers has the line here that called it, and what nvcc
# writes beside, names of functions and folders of this machine, is left out.
set -eu
FLAGS="-O3 -std=c++17 -arch=compute_80"
VERSION=7.0
OUT=../resources/io/zoetrope/kernels/cuda
NAMES=$(mktemp)
trap 'rm -f "$NAMES"' EXIT

# Reads the same PTX twice: the files of its lines stand behind the kernels.
lines() {
  awk -v folder="$PWD/" '
    NR == FNR {
      if ($1 == ".file") { path = $3; gsub(/"/, "", path); own[$2] = index(path, folder) == 1
        sub(/.*\//, "", path); file[++files] = "\t.file\t" $2 " \"" path "\""; number[files] = $2 }
      next
    }
    $1 == ".section" { exit }
    $1 == ".file" { next }
    $1 == ".loc" {
      gsub(/,/, "")
      at = $2 " " $3 " " $4
      if ($5 == "function_name") around[at] = $8 " " $9 " " $10
      for (depth = 0; depth < 9 && !own[substr(at, 1, index(at, " ") - 1)] && at in around; depth++) at = around[at]
      if ($3 == 0) at = "1 0 0"
      if (at != last) print "\t.loc\t" at
      last = at
      next
    }
    { print }
    $1 == ".address_size" { for (i = 1; i <= files; i++) if (own[number[i]]) print file[i] }
  ' "$1" "$1"
}

rm -f "$OUT"/*.ptx "$OUT/manifest.txt"
for source in *.cu; do
  ptx="$OUT/${source%.cu}.ptx"
  nvcc -ptx -lineinfo $FLAGS -o "$ptx" "$source"
  lines "$ptx" >"$ptx.lines"
  mv "$ptx.lines" "$ptx"
  # The names of the parameters, which PTX does not keep: a launch that is wrong is told by them.
  nvcc -E $FLAGS "$source" | grep -v '^#' | tr -s '\n ' '  ' |
    grep -o 'extern "C" __attribute__((global)) void [^{;]*' |
    sed -e 's/.*) *\([a-z0-9_]*\)( *\(.*\)) *$/x \1,\2/' -e 's/\[[^]]*\]//g' \
      -e 's/[^, ][^,]*[ *]\([A-Za-z0-9_]*\) *\(,\|$\)/\1\2/g' -e 's/, */,/g' \
      -e 's/^\([a-z0-9_]*\),\(.*\)/parameters \1 \2/' >>"$NAMES"
  sed -i -e "s/^\.version .*/.version $VERSION/" -e '/^\/\//d' -e '/^$/d' "$ptx"
done
{
  echo "# Written by build.sh: SHA-256 of the sources and of the PTX that was made of them, names of the kernels'"
  echo "# parameters, and which kernel lies where."
  sha256sum build.sh *.cu *.cuh | sed 's/^/source /'
  (cd "$OUT" && sha256sum *.ptx) | sed 's/^/ptx /'
  cat "$NAMES"
  (cd "$OUT" && grep -o '^\.visible \.entry [a-z0-9_]*' *.ptx |
    sed 's/^\(.*\):.visible .entry \(.*\)/kernel \2  \1/')
} >"$OUT/manifest.txt"
