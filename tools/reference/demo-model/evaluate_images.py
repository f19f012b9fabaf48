"""Image to video and video to video with diffusers, on pictures, prompts and clips that were held out.

python evaluate_images.py MODEL_DIR COUNT [GUIDANCE] [SHEET.png]

Half of the pictures are the first frames of scenes, the other half come from amid a motion, with things elsewhere in
the frame. Only scenes that the detector judges rightly as rendered are taken, so that the best score is all of them.
"""

import math
import random
import sys

import torch
from diffusers import WanImageToVideoPipeline, WanPipeline, WanVideoToVideoPipeline
from PIL import Image

from render import render, sheet
from scenes import anywhere, caption, random_scene
from score import score, table

SETTINGS = dict(height=64, width=64, num_inference_steps=20, output_type="pt")


def pairs(count):
    """-> (scene, its clip, a caption), as many as are asked for"""
    r, out = random.Random(515151), []
    while len(out) < count:
        scene = random_scene(r)
        if len(out) % 2:
            scene = anywhere(scene, r, r.uniform(0.0, 0.6))
        text, clip = caption(scene, r), render(scene)
        if all(score(clip, scene).values()):
            out.append((scene, clip, text))
    return out


def psnr(a, b):
    """dB between bytes"""
    return 10 * math.log10(255**2 / max((a.float() - b.float()).square().mean().item(), 1e-9))


def to_bytes(video):
    return (video.clamp(0, 1) * 255 + 0.5).to(torch.uint8).permute(0, 2, 3, 1)


def mean(values):
    return sum(values) / len(values)


def from_pictures(parts, data, guidance):
    pipe = WanImageToVideoPipeline(**parts, expand_timesteps=True)
    pipe.set_progress_bar_config(disable=True)
    clips, rows, first, bound = [], [], [], []
    for i, (scene, truth, text) in enumerate(data):
        picture = Image.fromarray(truth[0].contiguous().numpy())
        g = torch.Generator().manual_seed(i)
        video = pipe(picture, text, num_frames=17, guidance_scale=guidance, generator=g, **SETTINGS).frames[0]
        clips.append(to_bytes(video))
        rows.append(score(clips[-1], scene))
        first.append(psnr(clips[-1][0], truth[0]))
        x = truth[:1].permute(3, 0, 1, 2)[None].float() / 127.5 - 1
        with torch.no_grad():
            seen = pipe.vae.decode(pipe.vae.encode(x).latent_dist.mode()).sample
        bound.append(psnr(to_bytes(seen[0].transpose(0, 1) / 2 + 0.5)[0], truth[0]))
        print(i, text, f"| {first[-1]:.1f} dB | wrong:", [k for k in rows[-1] if not rows[-1][k]], flush=True)
    print(f"image to video, guidance {guidance}:", {k: f"{a}/{b}" for k, (a, b) in table(rows).items()})
    for name, part in (("first frames", slice(0, None, 2)), ("from amid a motion", slice(1, None, 2))):
        print(f"  {name}:", {k: f"{a}/{b}" for k, (a, b) in table(rows[part]).items()})
    print(
        f"frame 0 and the picture: mean {mean(first):.2f} dB, worst {min(first):.2f}, 28 dB or more in "
        f"{sum(p >= 28 for p in first)}; the autoencoder alone: mean {mean(bound):.2f}, worst {min(bound):.2f}"
    )
    return clips


def from_clips(parts, data, guidance):
    pipe = WanVideoToVideoPipeline(**parts)
    pipe.set_progress_bar_config(disable=True)
    for strength in (0.3, 0.8):
        near = []
        for i, (_, truth, text) in enumerate(data):
            frames = [Image.fromarray(f.contiguous().numpy()) for f in truth]
            g = torch.Generator().manual_seed(i)
            video = pipe(frames, text, strength=strength, guidance_scale=guidance, generator=g, **SETTINGS).frames[0]
            near.append(psnr(to_bytes(video), truth))
        print(f"video to video at strength {strength}: mean {mean(near):.2f} dB to the given clip", near, flush=True)


if __name__ == "__main__":
    parts = WanPipeline.from_pretrained(sys.argv[1], torch_dtype=torch.float32).components
    parts = {k: v for k, v in parts.items() if k in ("tokenizer", "text_encoder", "transformer", "vae", "scheduler")}
    data = pairs(int(sys.argv[2]))
    guidance = float(sys.argv[3]) if len(sys.argv) > 3 else 3.5
    clips = from_pictures(parts, data, guidance)
    if len(sys.argv) > 4:
        sheet([c for t, v in zip(data, clips) for c in (t[1], v)][:40], 9).save(sys.argv[4])
    from_clips(parts, data[:8], guidance)
