"""Goldens for RRDBNet: two tiny networks of BasicSR's own class with random weights, and what they make of a picture.

    python tools/reference/upscale/rrdbnet.py      (torch, safetensors, basicsr 1.4.2; from the repository's root)

Writes model-upscale/src/test/resources/io/zoetrope/upscale/rrdbnet_{x4,x2}.safetensors: the weights under the names of
Real-ESRGAN's files, `golden/picture` [height, width, 3] (values from 0 to 1) and `golden/enlarged`, float32, and
`golden/enlarged_float64`, the same computed in float64. The network for 2 begins with patches of 2 x 2 pixels.
"""
import torch
from basicsr.archs.rrdbnet_arch import RRDBNet
from safetensors.torch import save_file

OUT = "model-upscale/src/test/resources/io/zoetrope/upscale"
SIZE = (10, 14)


def noise(shape, seed):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def main():
    for scale in (4, 2):
        network = RRDBNet(num_in_ch=3, num_out_ch=3, scale=scale, num_feat=8, num_block=2, num_grow_ch=4)
        for i, parameter in enumerate(network.parameters()):
            fan_in = parameter[0].numel() if parameter.dim() > 1 else 16
            parameter.data = noise(parameter.shape, 100 * scale + i) / fan_in**0.5
        picture = torch.rand((*SIZE, 3), generator=torch.Generator().manual_seed(scale))
        batch = picture.permute(2, 0, 1)[None]
        tensors = {name: value.clone() for name, value in network.state_dict().items()}
        tensors["golden/picture"] = picture
        tensors["golden/enlarged"] = network(batch)[0].permute(1, 2, 0).contiguous()
        exact = network.double()(batch.double())[0].permute(1, 2, 0)
        tensors["golden/enlarged_float64"] = exact.float().contiguous()
        save_file(tensors, f"{OUT}/rrdbnet_x{scale}.safetensors")


main()
