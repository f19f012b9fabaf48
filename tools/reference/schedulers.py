"""Trajectories of diffusers' schedulers with settings that the fixtures in fixtures/schedulers lack.

Same toy model and the same case fields as there; a small JSON file instead of safetensors:

    python tools/reference/schedulers.py model-dit/src/test/resources/io/zoetrope/dit/scheduler/trajectories.json

float64_max_abs is the largest difference of the float32 samples from the same run in float64 with the same sigmas.
Made with diffusers 0.40.0.dev0 (58eb52c), torch 2.13.0 (CPU).
"""
import json
import sys

import diffusers
import numpy as np
import torch

EULER, UNIPC, DPM = "FlowMatchEulerDiscreteScheduler", "UniPCMultistepScheduler", "DPMSolverMultistepScheduler"
DDIM, EULER_DISCRETE = "DDIMScheduler", "EulerDiscreteScheduler"
SCALED = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
FLOW = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 3.0}


def case(name, cls, config, steps, **call):
    flow = FLOW if cls in (UNIPC, DPM) else {}
    return {"name": name, "class": cls, "config": {**flow, **config}, "steps": steps, **call}


EVERY = 111  # of betas and alphas: the first, the last and eight between
DYNAMIC = {"use_dynamic_shifting": True}
CASES = [
    case("euler_one_step", EULER, {"shift": 5.0}, 1),
    case("euler_defaults", EULER, {}, 4),
    case("euler_dynamic_default_sigmas", EULER, {**DYNAMIC, "shift": 7.0}, 6, set_timesteps={"mu": 0.8}),
    case("euler_500_train_timesteps", EULER, {"num_train_timesteps": 500, "shift": 3.0}, 5, set_begin_index=1),
    case("unipc_order1", UNIPC, {"solver_order": 1}, 6),
    case("unipc_order1_constant_order", UNIPC, {"solver_order": 1, "lower_order_final": False}, 6),
    case("unipc_bh1_order2_sigma_min", UNIPC, {"solver_type": "bh1", "final_sigmas_type": "sigma_min"}, 8),
    case("unipc_bh1_order3_sigma_min", UNIPC,
         {"solver_type": "bh1", "solver_order": 3, "final_sigmas_type": "sigma_min"}, 8),
    case("unipc_constant_order_sigma_min", UNIPC, {"lower_order_final": False, "final_sigmas_type": "sigma_min"}, 7),
    case("unipc_order3_disable_corrector", UNIPC, {"solver_order": 3, "disable_corrector": [0, 1, 4]}, 9),
    case("unipc_order3_20", UNIPC, {"solver_order": 3, "flow_shift": 8.0}, 20),
    case("unipc_heun_means_bh2", UNIPC, {"solver_type": "heun"}, 5),
    case("unipc_trailing", UNIPC, {"timestep_spacing": "trailing"}, 7),
    case("unipc_leading_offset", UNIPC, {"timestep_spacing": "leading", "steps_offset": 1}, 7),
    case("unipc_linspace_sigmas", UNIPC, {}, 6, linspace_sigmas=True),
    case("unipc_dynamic_exponential", UNIPC, DYNAMIC, 6, set_timesteps={"mu": 0.8}),
    case("unipc_dynamic_linear_terminal", UNIPC, {**DYNAMIC, "time_shift_type": "linear", "shift_terminal": 0.1}, 6,
         set_timesteps={"mu": 1.4}),
    case("unipc_begin_index", UNIPC, {}, 8, set_begin_index=3),
    case("unipc_repeated_timesteps_from1", UNIPC, {"flow_shift": 40.0}, 40, add_noise_from=1),
    case("dpmpp_order1", DPM, {"solver_order": 1}, 6),
    case("dpmpp_one_step", DPM, {}, 1),
    case("dpmpp_order3_20", DPM, {"solver_order": 3, "flow_shift": 5.0}, 20),
    case("dpmpp_order3_constant_order", DPM, {"solver_order": 3, "lower_order_final": False}, 8),
    case("dpmpp_heun_20", DPM, {"solver_type": "heun"}, 20),
    case("dpmpp_bh2_means_midpoint", DPM, {"solver_type": "bh2"}, 5),
    case("dpmpp_trailing", DPM, {"timestep_spacing": "trailing"}, 7),
    case("dpmpp_leading_offset", DPM, {"timestep_spacing": "leading", "steps_offset": 1}, 7),
    case("dpmpp_euler_at_final", DPM, {"euler_at_final": True}, 7),
    case("dpmpp_dynamic", DPM, DYNAMIC, 6, set_timesteps={"mu": 0.8}),
    case("dpmpp_from3", DPM, {"solver_order": 3}, 9, add_noise_from=3),
    case("dpmpp_dynamic_without_mu", DPM, {**DYNAMIC, "flow_shift": 5.0}, 6),
    case("euler_first_sigma_above_1", EULER, {"shift": 1.58}, 4),
    case("euler_first_sigma_far_above_1", EULER, {"shift": 0.01}, 5),
    case("euler_equal_sigmas", EULER, {"shift": 999999.0}, 3, set_begin_index=0),
    case("ddim_epsilon_clipped", DDIM, {}, 8),
    case("ddim_epsilon_linspace", DDIM, {"timestep_spacing": "linspace", "clip_sample": False}, 7),
    case("ddim_epsilon_leading_offset", DDIM,
         {"steps_offset": 1, "set_alpha_to_one": False, "beta_schedule": "scaled_linear", "clip_sample": False}, 9),
    case("ddim_v_zero_snr_trailing", DDIM,
         {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing",
          "beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": False}, 10),
    case("ddim_v_clipped_range", DDIM,
         {"prediction_type": "v_prediction", "clip_sample_range": 0.5, "timestep_spacing": "trailing"}, 6),
    case("ddim_sample", DDIM, {"prediction_type": "sample", "clip_sample": False}, 5),
    case("ddim_eta", DDIM, {"clip_sample": False}, 6, eta=0.7),
    case("ddim_eta_1_clipped_v", DDIM, {"prediction_type": "v_prediction"}, 6, eta=1.0),
    case("ddim_from2", DDIM, {"clip_sample": False}, 6, add_noise_from=2),
    case("euler_discrete_one_step", EULER_DISCRETE, {}, 1),
    case("euler_discrete_v_zero_snr_trailing", EULER_DISCRETE,
         {**SCALED, "prediction_type": "v_prediction", "rescale_betas_zero_snr": True,
          "timestep_spacing": "trailing"}, 9),
    case("euler_discrete_sigma_min", EULER_DISCRETE, {**SCALED, "final_sigmas_type": "sigma_min"}, 7),
    case("euler_discrete_leading_offset", EULER_DISCRETE, {"timestep_spacing": "leading", "steps_offset": 1}, 8),
    case("euler_discrete_cosine", EULER_DISCRETE, {"beta_schedule": "squaredcos_cap_v2"}, 6),
    case("euler_discrete_from2", EULER_DISCRETE, {}, 6, add_noise_from=2),
    case("euler_discrete_begin_index", EULER_DISCRETE, SCALED, 6, set_begin_index=2),
]


def euler(s, output, x):
    """A step of EulerDiscreteScheduler in the dtype of x, which diffusers rounds to float32."""
    sigma, following = s.sigmas[s.step_index], s.sigmas[s.step_index + 1]
    s._step_index += 1
    if s.config.prediction_type == "v_prediction":
        data = output * (-sigma / (sigma**2 + 1) ** 0.5) + x / (sigma**2 + 1)
    else:
        data = x - sigma * output
    return x + (x - data) / sigma * (following - sigma)


def run(c, dtype):
    s = getattr(diffusers, c["class"])(**c["config"])
    arguments = dict(c.get("set_timesteps", {}))
    if c.get("linspace_sigmas"):
        arguments["sigmas"] = np.linspace(1.0, 1 / c["steps"], c["steps"])
    else:
        arguments["num_inference_steps"] = c["steps"]
    s.set_timesteps(**arguments)
    ddim = c["class"] == DDIM
    if ddim:
        s.alphas_cumprod, s.final_alpha_cumprod = s.alphas_cumprod.to(dtype), s.final_alpha_cumprod.to(dtype)
    else:
        s.sigmas = s.sigmas.to(dtype)
    timesteps = s.timesteps
    if "set_begin_index" in c:
        s.set_begin_index(c["set_begin_index"])
        timesteps = timesteps[c["set_begin_index"]:]
    x = torch.randn(2, 4, generator=torch.Generator().manual_seed(CASES.index(c))).to(dtype)
    tensors = {}
    if "add_noise_from" in c:
        timesteps = timesteps[c["add_noise_from"]:]
        original = torch.linspace(-1, 1, 8).reshape(2, 4).to(dtype)
        tensors.update(original=original, noise_added=x)
        x = s.add_noise(original, x, timesteps[:1])
    tensors["initial"] = x
    outputs, samples, draws = [], [], []
    generator = torch.Generator().manual_seed(1000)
    for t in timesteps:
        discrete = c["class"] == EULER_DISCRETE
        outputs.append(torch.tanh(0.5 * (s.scale_model_input(x, t) if discrete else x) + t / 1000).to(dtype))
        arguments = {}
        if "eta" in c:
            draws.append(torch.randn(x.shape, generator=generator).to(dtype))
            arguments = {"eta": c["eta"], "variance_noise": draws[-1]}
        exact = euler(s, outputs[-1], x) if discrete and dtype == torch.float64 else None
        x = s.step(outputs[-1], t, x, return_dict=False, **arguments)[0] if exact is None else exact
        samples.append(x)
    tensors.update(timesteps=timesteps, model_outputs=torch.stack(outputs), samples_after=torch.stack(samples))
    if ddim:
        tensors.update(betas=s.betas[::EVERY], alphas_cumprod=s.alphas_cumprod[::EVERY])
    else:
        tensors.update(sigmas=s.sigmas)
    if draws:
        tensors.update(noise=torch.stack(draws))
    return tensors


def main():
    cases = {}
    for c in CASES:
        single, double = run(c, torch.float32), run(c, torch.float64)
        error = (single["samples_after"] - double["samples_after"]).abs().max().item()
        values = {k: v.flatten().tolist() for k, v in single.items()}
        assert all(np.isfinite(v).all() for v in values.values()), c["name"]
        cases[c["name"]] = {**c, "float64_max_abs": error, "tensors": values}
    with open(sys.argv[1], "w", encoding="utf-8") as f:
        rows = (f' "{name}": {json.dumps(value)}' for name, value in cases.items())
        f.write("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
