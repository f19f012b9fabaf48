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
channels, *latent_size = settings["latents"]


def component(name):
    """A part of the model, of the class that its configuration names."""
    path = os.path.join(folder, name)
    with open(os.path.join(path, "config.json")) as file:
        kind = getattr(diffusers, json.load(file)["_class_name"])
    return kind.from_pretrained(path, torch_dtype=dtype)


def forward():
    """One call of the transformer, with what the pipeline of its family gives it."""
    model = component("transformer")
    name = type(model).__name__
    config = model.config
    features = {
        "WanTransformer3DModel": "text_dim",
        "LatteTransformer3DModel": "caption_channels",
        "CogVideoXTransformer3DModel": "text_embed_dim",
        "LTXVideoTransformer3DModel": "caption_channels",
    }[name]
    prompt = torch.randn(1, settings["text_tokens"], config[features], dtype=dtype)
    latents = torch.randn(1, config.in_channels, *latent_size, dtype=dtype)
    inputs = {"encoder_hidden_states": prompt, "timestep": torch.tensor([500]), "return_dict": False}
    if name == "CogVideoXTransformer3DModel":
        latents = latents.transpose(1, 2)
        if config.use_rotary_positional_embeddings:
            raise SystemExit("rotary positions come from the pipeline: only models without them are measured")
    if name == "LTXVideoTransformer3DModel":
        # Patches of a single latent; the text has no padding.
        latents = latents.flatten(2).transpose(1, 2)
        inputs["encoder_attention_mask"] = torch.ones(1, settings["text_tokens"], dtype=torch.int64)
        inputs["rope_interpolation_scale"] = (8 / 25, 32, 32)
        inputs |= dict(zip(("num_frames", "height", "width"), latent_size))
    return lambda: model(latents, **inputs)


def vae_decode():
    model = component("vae")
    latents = torch.randn(1, channels, *latent_size, dtype=dtype)
    if type(model).__name__ == "AutoencoderKL":
        # Frames are pictures, which the pipeline of Latte decodes 14 at a time.
        pictures = latents.transpose(1, 2).flatten(0, 1)
        return lambda: [model.decode(some, return_dict=False) for some in pictures.split(14)]
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
