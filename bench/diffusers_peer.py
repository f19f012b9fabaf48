"""The other side of bench/compare: does a job with diffusers each time it is told to.

usage: diffusers_peer.py forward|vae-decode|clip|cold-start MODEL_DIR JSON_SETTINGS

Prints {"ready": ...} when everything is loaded, then answers each line of standard input with one run: {"seconds": ...,
"peak_memory_bytes": ...}. With cold-start it makes one clip and ends. Needs torch, diffusers and transformers.
"""

import json
import os
import resource
import sys
import time

# Only answers go to standard output, whatever the libraries print.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def answer(**values):
    print(json.dumps(values), file=answers, flush=True)


job, folder, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])

import diffusers
import torch

torch.set_num_threads(settings["threads"])
torch.set_grad_enabled(False)
torch.manual_seed(0)
dtype = {"f32": torch.float32, "bf16": torch.bfloat16}[settings["dtype"]]
width, height, frames = settings["width"], settings["height"], settings["frames"]
latent_size = [(frames - 1) // 4 + 1, height // 8, width // 8]


def forward():
    model = diffusers.WanTransformer3DModel.from_pretrained(os.path.join(folder, "transformer"), torch_dtype=dtype)
    latents = torch.randn(1, model.config.in_channels, *latent_size, dtype=dtype)
    prompt = torch.randn(1, settings["text_tokens"], model.config.text_dim, dtype=dtype)
    timestep = torch.tensor([500])
    return lambda: model(latents, timestep, prompt, return_dict=False)


def vae_decode():
    model = diffusers.AutoencoderKLWan.from_pretrained(os.path.join(folder, "vae"), torch_dtype=dtype)
    latents = torch.randn(1, model.config.z_dim, *latent_size, dtype=dtype)
    return lambda: model.decode(latents, return_dict=False)


def clip():
    pipeline = diffusers.WanPipeline.from_pretrained(folder, torch_dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    return lambda: pipeline(
        settings["prompt"],
        width=width,
        height=height,
        num_frames=frames,
        num_inference_steps=settings["steps"],
        guidance_scale=settings["guidance"],
        generator=torch.Generator("cpu").manual_seed(42),
        output_type="np",
    )


run = {"forward": forward, "vae-decode": vae_decode, "clip": clip, "cold-start": clip}[job]()
answer(ready=True, torch=torch.__version__, diffusers=diffusers.__version__)
for _ in [None] if job == "cold-start" else sys.stdin:
    start = time.perf_counter()
    run()
    seconds = time.perf_counter() - start
    answer(seconds=seconds, peak_memory_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
