"""Goldens for the tests of model-vae: tiled encoding and decoding by diffusers, and a VAE of unusual structure.

    python tools/reference/vae_tiling.py          (torch, diffusers, safetensors; from the repository's root)

Writes, below model-vae/src/test/resources/io/zoetrope/vae, wan/golden.{safetensors,json} from the VAEs of the fixtures
wan21-t2v-tiny and wan22-ti2v-tiny, and the checkpoint `wan/other/`, which has a decoder of its own width, three
resolutions, and halves the frame rate only once, at the highest one; and cogvideox/golden.* from that of
cogvideox-2b-tiny, with tiles that come out even (diffusers has shares of them as strides).
"""
import json
import os

import torch
from diffusers import AutoencoderKLCogVideoX, AutoencoderKLWan
from safetensors.torch import save_file

OUT = "model-vae/src/test/resources/io/zoetrope/vae"
# tile height, tile width, stride height, stride width
WAN = {
    "wan21": dict(latents=(16, 2, 4, 5), decode=(24, 32, 16, 16), video=(5, 32, 40), encode=(24, 32, 16, 16)),
    "wan22": dict(latents=(48, 2, 3, 3), decode=(32, 48, 16, 32), video=(5, 48, 64), encode=(16, 24, 8, 16)),
    "other": dict(latents=(4, 3, 3, 4), decode=None, video=(5, 12, 16), encode=None),
}
COGVIDEOX = {"cogvideox": dict(latents=(8, 4, 3, 3), decode=(16, 16, 8, 8), video=(9, 24, 24), encode=(16, 16, 8, 8))}


def noise(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def other():
    vae = AutoencoderKLWan(base_dim=2, decoder_base_dim=4, z_dim=4, dim_mult=[1, 2, 2], num_res_blocks=1,
                           temperal_downsample=[True, False], latents_mean=[0.0] * 4,
                           latents_std=[1.0] * 4, scale_factor_temporal=2, scale_factor_spatial=4)
    for i, parameter in enumerate(vae.parameters()):
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 16
        drawn = noise(parameter.shape, 100 + i)
        is_gamma = parameter.dim() > 1 and fan_in == 1
        parameter.data = 1 + 0.2 * drawn if is_gamma else drawn / fan_in**0.5
    vae.bfloat16().save_pretrained(f"{OUT}/wan/other")


def load(name):
    folder = {"wan21": "fixtures/wan21-t2v-tiny/vae", "wan22": "fixtures/wan22-ti2v-tiny/vae",
              "other": f"{OUT}/wan/other", "cogvideox": "fixtures/cogvideox-2b-tiny/vae"}
    kind = AutoencoderKLCogVideoX if name == "cogvideox" else AutoencoderKLWan
    return kind.from_pretrained(folder[name], torch_dtype=torch.float32).eval()


def enable_tiling(vae, height, width, stride_height, stride_width):
    if isinstance(vae, AutoencoderKLCogVideoX):
        vae.enable_tiling(height, width, 1 - stride_height / height, 1 - stride_width / width)
    else:
        vae.enable_tiling(height, width, stride_height, stride_width)


@torch.no_grad()
def run(name, case, dtype):
    vae = load(name).to(dtype)
    latents = noise((1, *case["latents"]), 1)
    frames, height, width = case["video"]
    video = (noise((frames, height, width, 3), 2) * 64 + 128).clamp(0, 255).to(torch.uint8)
    pixels = (video.float() / 255 * 2 - 1).permute(3, 0, 1, 2)[None]
    if case["decode"]:
        enable_tiling(vae, *case["decode"])
    decoded = vae.decode(latents.to(dtype)).sample
    if case["encode"]:
        enable_tiling(vae, *case["encode"])
    posterior = vae.encode(pixels.to(dtype)).latent_dist
    return {"latents_in": latents, "decode_video": decoded, "video_uint8": video,
            "encode_mean": posterior.mean, "encode_logvar": posterior.logvar}


def write(folder, cases):
    golden, tolerance = {}, {}
    for name, case in cases.items():
        exact = run(name, case, torch.float64)
        for what, value in run(name, case, torch.float32).items():
            golden[f"{name}/{what}"] = value.contiguous()
            difference = (value.double() - exact[what].double()).abs().max().item()
            tolerance[f"{name}/{what.replace('uint8', 'uint#')}"] = {"float64.max_abs": difference}
    os.makedirs(folder, exist_ok=True)
    save_file(golden, f"{folder}/golden.safetensors")
    with open(f"{folder}/golden.json", "w") as file:
        json.dump({"cases": cases, "tolerance_by_stage": tolerance}, file, indent=1)
        file.write("\n")
    for name, value in golden.items():
        print(name, tuple(value.shape), value.float().abs().max().item(), tolerance.get(name))


def main():
    torch.set_num_threads(1)
    other()
    write(f"{OUT}/wan", WAN)
    write(f"{OUT}/cogvideox", COGVIDEOX)


if __name__ == "__main__":
    main()
