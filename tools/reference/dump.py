"""The tensors of a run of diffusers, in the file that `zoetrope generate --save-tensors FILE --tensors '**'` writes.

    python tools/reference/dump.py demo-model/model "a red ball bounces" -o diffusers.safetensors --seed 1
    ./zoetrope generate "a red ball bounces" --seed 1 --save-tensors ours.safetensors --tensors '**'
    ./zoetrope compare diffusers.safetensors ours.safetensors

For text to video with any folder of WanPipeline: Wan 2.1, Wan 2.2 with one transformer or two, and checkpoints of one's
own. docs/tensors.md lists the names; tensors have no batch dimension there, and those of the autoencoder are
channels-last. Hooks read what modules return; queries, keys and values are read where attention is dispatched, and
modulation is computed from the same inputs once more. Made with diffusers 0.40.0.dev0 (58eb52c).
"""

import argparse
import re

import torch
from diffusers import WanPipeline
from diffusers.models.autoencoders.autoencoder_kl_wan import unpatchify
from diffusers.models.transformers import transformer_wan
from safetensors import safe_open
from safetensors.torch import save_file

DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


class Dump:
    """Tensors by path, in the order in which they were made; the second one of a path is PATH#2."""

    def __init__(self):
        self.tensors, self.order, self.named = {}, [], {}

    def put(self, path, tensor):
        name, i = path, 2
        while name in self.tensors:
            name, i = f"{path}#{i}", i + 1
        self.tensors[name] = tensor.detach().float().cpu().contiguous().clone()
        self.order.append(name)

    def save(self, file):
        save_file({**self.tensors, **self.named}, file, {"format": "pt", "order": "\n".join(self.order)})


def by_timestep(tensor, here):
    """Rows of timesteps: one, where all tokens have the same."""
    return tensor[:1] if here["is_one"] else tensor


def first(output):
    return output[0] if isinstance(output, tuple) else output


def watch_text(pipe, dump):
    """Every layer of the text encoder: the prompt's own tokens, without padding."""
    encoder, state = pipe.text_encoder, {"calls": 0, "tokens": 0}

    def begin(module, args, kwargs):
        state["name"] = ("prompt", "negative_prompt")[state["calls"]]
        state["tokens"] = int(args[1].sum())
        state["calls"] += 1

    encoder.register_forward_pre_hook(begin, with_kwargs=True)

    def tap(module, path):
        def put(module, args, output):
            dump.put(f"text/{state['name']}/{path}", first(output)[0, : state["tokens"]])

        module.register_forward_hook(put)

    for i, block in enumerate(encoder.encoder.block):
        attention = block.layer[0].SelfAttention
        for name, linear in (("query", attention.q), ("key", attention.k), ("value", attention.v)):
            tap(linear, f"block{i}/SelfAttention/{name}")
        tap(attention, f"block{i}/SelfAttention")
        tap(block.layer[1].DenseReluDense, f"block{i}/DenseReluDense")
        tap(block, f"block{i}")
    tap(encoder.encoder.final_layer_norm, "final_layer_norm")


def watch_prompts(pipe, dump, state):
    """Embeddings, padded with zeros, and how many tokens each prompt has."""
    encode = pipe.encode_prompt

    def encode_prompt(*args, **kwargs):
        embeddings = encode(*args, **kwargs)
        for name, embedding in zip(("prompt_embeds", "negative_prompt_embeds"), embeddings):
            if embedding is not None:
                dump.put("text/" + name, embedding[0])
                dump.named[name] = embedding.float().contiguous()
                state["tokens"].append(int(embedding[0].any(-1).nonzero().max()) + 1)
        return embeddings

    pipe.encode_prompt = encode_prompt


def watch_transformer(transformer, dump, state, guided):
    """Everything inside a forward; which step and branch it is of, the number of calls tells."""
    here = {"attention": ""}

    def begin(module, args, kwargs):
        step, branch = divmod(state["calls"], 2 if guided else 1)
        state["calls"] += 1
        state["branch"] = branch
        here["step"] = f"denoise/step{step}/{('cond', 'uncond')[branch]}"
        here["place"] = here["step"] + "/transformer"
        if branch == 0:
            dump.put(f"denoise/step{step}/timestep", kwargs["timestep"].flatten()[:1])
        dump.put(here["step"] + "/input", kwargs["hidden_states"][0])
        timesteps = kwargs["timestep"].flatten()
        here["is_one"] = bool((timesteps == timesteps[0]).all())
        dump.put(here["step"] + "/timestep", by_timestep(timesteps, here))

    transformer.register_forward_pre_hook(begin, with_kwargs=True)

    def tap(module, path, view=lambda output: output[0]):
        module.register_forward_hook(
            lambda module, args, output: dump.put(f"{here['place']}/{path}", view(first(output)))
        )

    def rope(module, args, output):
        for i, table in enumerate(output):
            dump.put(f"{here['place']}/rope.{i}", table[0, :, 0, i::2])  # cosines and sines of pairs, once each

    tap(transformer.patch_embedding, "patch_embedding", lambda output: output[0].flatten(1).T)
    transformer.rope.register_forward_hook(rope)
    embedder = transformer.condition_embedder

    def rows(output):
        return by_timestep(output.flatten(0, -2), here)

    for name in ("timesteps_proj", "time_embedder", "time_proj"):
        tap(getattr(embedder, name), "condition_embedder/" + name, rows)

    prompts = set()

    def text(module, args, output):
        if state["branch"] not in prompts:  # once per prompt: its tokens, and one row that stands for all padding
            prompts.add(state["branch"])
            dump.put("denoise/transformer/condition_embedder/text_embedder", output[0, : state["keys"]()])

    embedder.text_embedder.register_forward_hook(text)
    for i, block in enumerate(transformer.blocks):
        watch_block(block, f"blocks.{i}", dump, here, tap)

    def last(module, args, kwargs, output):
        temb = by_timestep(output[0].flatten(0, -2), here)
        shift, scale = (transformer.scale_shift_table + temb.unsqueeze(1)).chunk(2, 1)
        here["last"] = {"shift": shift, "scale": scale}

    embedder.register_forward_hook(last, with_kwargs=True)

    def modulated(module, args):
        for name, value in here["last"].items():
            dump.put(f"{here['place']}/norm_out/{name}", value[0].squeeze(0))

    transformer.norm_out.register_forward_pre_hook(modulated)
    tap(transformer.norm_out, "norm_out")
    tap(transformer.proj_out, "proj_out")
    transformer.register_forward_hook(
        lambda module, args, output: dump.put(here["step"] + "/noise_pred", first(output)[0])
    )
    return here


def watch_block(block, name, dump, here, tap):
    names = ("norm1/shift", "norm1/scale", "attn1/gate", "norm3/shift", "norm3/scale", "ffn/gate")

    def modulation(module, args):
        time = by_timestep(args[2].float().reshape(-1, 6, args[2].shape[-1]), here)
        rows = (block.scale_shift_table + time).unbind(1)
        for path, row in zip(names, rows):
            dump.put(f"{here['place']}/{name}/{path}", row[0] if len(row) == 1 else row)

    block.register_forward_pre_hook(modulation)
    for part in ("norm1", "norm2", "norm3", "ffn"):
        tap(getattr(block, part), f"{name}/{part}")
    for part in ("attn1", "attn2"):
        attention = getattr(block, part)
        attention.register_forward_pre_hook(lambda module, args, part=part: here.update(attention=f"{name}/{part}"))
        tap(attention.norm_q, f"{name}/{part}/norm_q")
        if part == "attn1":
            tap(attention.norm_k, f"{name}/{part}/norm_k")
        tap(attention, f"{name}/{part}")
    tap(block, name)


def watch_attention(dump, state):
    """Queries, keys and values as they are dispatched; keys of the text without all padding but one row."""
    dispatch = transformer_wan.dispatch_attention_fn

    def dispatched(query, key, value, **kwargs):
        here = state["here"]()
        path = f"{here['place']}/{here['attention']}"
        rows = state["keys"]() if path.endswith("attn2") else key.shape[1]
        for name, tensor in (("query", query), ("key", key[:, :rows]), ("value", value[:, :rows])):
            dump.put(f"{path}/{name}", tensor[0].flatten(1))
        return dispatch(query, key, value, **kwargs)

    transformer_wan.dispatch_attention_fn = dispatched


def watch_steps(pipe, dump):
    take, steps = pipe.scheduler.step, []

    def step(prediction, timestep, sample, **kwargs):
        place = f"denoise/step{len(steps)}"
        dump.put(place + "/noise_pred_guided", prediction[0])
        sigma = pipe.scheduler.sigmas[len(steps)]
        dump.put(place + "/pred_original_sample", (sample - sigma * prediction)[0])
        result = take(prediction, timestep, sample, **kwargs)
        dump.put(place + "/latents_after", result[0][0])
        steps.append(result[0][0].float().clone())
        dump.named["latents_after_step"] = torch.stack(steps)
        return result

    pipe.scheduler.step = step
    prepare = pipe.prepare_latents

    def prepare_latents(*args, **kwargs):
        latents = prepare(*args, **kwargs)
        dump.named["initial_latents"] = latents.clone()
        dump.put("denoise/initial_latents", latents[0])
        for name in ("sigmas", "timesteps"):
            dump.named[name] = getattr(pipe.scheduler, name).float().clone()
            dump.put("denoise/" + name, dump.named[name])
        return latents

    pipe.prepare_latents = prepare_latents


def watch_decoder(vae, dump):
    """Channels-last, chunk by chunk; behind the last layer that adds frames, frame by frame."""
    decoder, last = vae.decoder, max([i for i, adds in enumerate(vae.temperal_upsample) if adds], default=-1)

    def put(path, output):
        dump.put("vae_decode/" + path, output[0].permute(1, 2, 3, 0))

    def tap(module, path):
        module.register_forward_hook(lambda module, args, output: put(path, first(output)))

    def tap_frames(module, path):
        def split(module, args, output):
            for frame in first(output).split(1, 2):
                put(path, frame)

        module.register_forward_hook(split)

    vae.post_quant_conv.register_forward_pre_hook(
        lambda module, args: dump.put("vae_decode/latents_in", args[0][0])
    )
    tap_frames(vae.post_quant_conv, "post_quant_conv")
    tap(decoder.conv_in, "conv_in")
    tap(decoder.mid_block, "mid_block")
    for i, block in enumerate(decoder.up_blocks):
        (tap if i <= last else tap_frames)(block, ("" if i <= last else "frame/") + f"up_block{i}")

    def video(module, args, output):
        put("before_clamp", output)
        pictures = output if vae.config.patch_size is None else unpatchify(output, vae.config.patch_size)
        put("video_out", pictures.clamp(-1, 1))

    decoder.register_forward_hook(video)


def given_latents(file):
    with safe_open(file, "pt") as tensors:
        name = next(name for name in ("initial_latents", "latents") if name in tensors.keys())
        latents = tensors.get_tensor(name).float()
        return latents if latents.ndim == 5 else latents[None]


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="folder of WanPipeline")
    parser.add_argument("prompt")
    parser.add_argument("-o", "--output", default="diffusers.safetensors")
    parser.add_argument("-n", "--negative-prompt", default="")
    parser.add_argument("--size", default="64x64", help="WIDTHxHEIGHT")
    parser.add_argument("--frames", type=int, default=17)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--guidance", type=float, default=3.5)
    parser.add_argument("--guidance-2", type=float, help="of a second transformer")
    parser.add_argument("--max-sequence-length", type=int, default=512)
    parser.add_argument("--dtype", choices=DTYPES, default="f32", help="of text encoder and transformer")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--latents", help="safetensors file with initial_latents or latents, in the seed's place")
    parser.add_argument("--tensors", default="", help="regular expression of the paths that are kept; default: all")
    return parser.parse_args()


def main():
    args = parse_args()
    width, height = map(int, args.size.split("x"))
    vae = WanPipeline.from_pretrained(args.model, torch_dtype=torch.float32).vae
    pipe = WanPipeline.from_pretrained(args.model, vae=vae, torch_dtype=DTYPES[args.dtype])
    pipe.set_progress_bar_config(disable=True)
    dump, guided = Dump(), args.guidance > 1
    state = {"calls": 0, "branch": 0, "tokens": []}
    state["keys"] = lambda: min(state["tokens"][state["branch"]] + 1, args.max_sequence_length)
    watch_text(pipe, dump)
    watch_prompts(pipe, dump, state)
    places = [
        watch_transformer(transformer, dump, state, guided)
        for transformer in (pipe.transformer, pipe.transformer_2)
        if transformer is not None
    ]
    state["here"] = lambda: max(places, key=lambda here: step_of(here.get("step", "")))
    watch_attention(dump, state)
    watch_steps(pipe, dump)
    watch_decoder(pipe.vae, dump)
    with torch.no_grad():
        frames = pipe(
            prompt=args.prompt,
            negative_prompt=args.negative_prompt,
            width=width,
            height=height,
            num_frames=args.frames,
            num_inference_steps=args.steps,
            guidance_scale=args.guidance,
            guidance_scale_2=args.guidance_2,
            max_sequence_length=args.max_sequence_length,
            latents=given_latents(args.latents) if args.latents else None,
            generator=torch.Generator().manual_seed(args.seed),
            output_type="pt",
        ).frames
    dump.named["frames_uint8"] = (frames[0] * 255).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous()
    dump.order = [name for name in dump.order if re.search(args.tensors, name)]
    dump.tensors = {name: dump.tensors[name] for name in dump.order}
    dump.save(args.output)
    print(f"wrote {args.output}: {len(dump.tensors) + len(dump.named)} tensors")


def step_of(place):
    """The transformer that is at work is the one that has begun the latest step."""
    number = re.search(r"step(\d+)", place)
    return int(number.group(1)) if number else -1


if __name__ == "__main__":
    main()
