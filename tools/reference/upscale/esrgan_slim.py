"""Converts the networks of the npm package @upscalerjs/esrgan-slim (MIT), which are TensorFlow.js layers, to safetensors.

    npm pack @upscalerjs/esrgan-slim && tar xzf upscalerjs-esrgan-slim-*.tgz
    python tools/reference/upscale/esrgan_slim.py package upscale-model      (numpy, safetensors)

Names stay those of the layers; kernels [rows, columns, in, out] become [out, in, rows, columns]. The package's networks
take and give levels from 0 to 255. Here both ends are values from 0 to 1: the first kernel is multiplied by 255, the last
one and its bias are divided by it. `original.mjs` beside this file runs the originals.
"""
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

SCALES = (2, 4)
LEVELS = 255
# What the engine computes between the input and the output, in this order.
LAYERS = ["F_m1", "F_0", "F_1_1", "F_1_1_Relu", "RDB_Concat_1_1", "LFF_1", "LRL_1", "F_2_1", "F_2_1_Relu",
          "RDB_Concat_2_1", "LFF_2", "LRL_2", "LRLs_Concat", "GFF_1", "GFF_2", "FDF", "UPN1", "UPN1_Relu", "UPN2",
          "UPN2_Relu", "UPN3", "UPsample", "SR"]


def original(folder):
    model = json.loads((folder / "model.json").read_text())
    topology = model["modelTopology"]["model_config"]["config"]["layers"]
    names = [layer["name"] for layer in topology if layer["class_name"] != "InputLayer"]
    if names != LAYERS:
        raise SystemExit(f"{folder}: other layers than this script knows: {names}")
    weights = {}
    for group in model["weightsManifest"]:
        data = np.frombuffer(b"".join((folder / path).read_bytes() for path in group["paths"]), np.float32)
        for entry in group["weights"]:
            assert entry["dtype"] == "float32" and "quantization" not in entry, entry
            count = int(np.prod(entry["shape"]))
            weights[entry["name"]], data = data[:count].reshape(entry["shape"]), data[count:]
        assert data.size == 0, folder
    return weights


def converted(weights):
    tensors = {}
    for name, value in weights.items():
        layer, kind = name.split("/")
        if kind == "kernel":
            tensors[f"{layer}.weight"] = np.ascontiguousarray(value.transpose(3, 2, 0, 1))
        else:
            tensors[f"{layer}.bias"] = value
    tensors["F_m1.weight"] = tensors["F_m1.weight"] * np.float32(LEVELS)
    for name in ("SR.weight", "SR.bias"):
        tensors[name] = tensors[name] / np.float32(LEVELS)
    return tensors


def main(package, out):
    version = json.loads((package / "package.json").read_text())["version"]
    metadata = {"format": "pt", "source": f"npm @upscalerjs/esrgan-slim {version}",
                "licence": "MIT, Copyright (c) 2022 Kevin Scott"}
    out.mkdir(exist_ok=True)
    for scale in SCALES:
        tensors = converted(original(package / "models" / f"x{scale}"))
        save_file(tensors, out / f"esrgan-slim-{scale}x.safetensors", metadata)
    (out / "LICENSE").write_bytes((package / "LICENSE").read_bytes())


main(Path(sys.argv[1]), Path(sys.argv[2]))
