package io.zoetrope.server;

import java.util.ArrayList;
import java.util.List;

/**
 * A request that is refused.
 *
 * @param path it is posted to
 * @param body JSON, or what should be
 * @param parameter that is to blame, as the error names it; "null" for the whole
 */
record BadRequest(String path, String body, String parameter) {
  /** Fields behind a prompt, and the one that is to blame. */
  private static final String[][] FIELDS = {
    {"\"size\": \"0x64\"", "size"},
    {"\"size\": \"-1x64\"", "size"},
    {"\"size\": \"64\"", "size"},
    {"\"size\": \"64x64x64\"", "size"},
    {"\"size\": \"2147483648x2147483648\"", "size"},
    {"\"size\": \"99999999999999999999x1\"", "size"},
    {"\"size\": \"65x64\"", "size"},
    {"\"size\": \"65536x65536\"", "size"},
    {"\"size\": 64", "size"},
    {"\"size\": \"../../etc/passwd\"", "size"},
    {"\"size\": \"64x64\", \"width\": 64, \"height\": 64", "size"},
    {"\"width\": 64", "height"},
    {"\"height\": 64", "width"},
    {"\"width\": 0, \"height\": 64", "width"},
    {"\"width\": -1, \"height\": 64", "width"},
    {"\"width\": 64, \"height\": 2147483648", "height"},
    {"\"width\": 64.5, \"height\": 64", "width"},
    {"\"width\": \"64\", \"height\": 64", "width"},
    {"\"seconds\": 0", "seconds"},
    {"\"seconds\": -1", "seconds"},
    {"\"seconds\": 1e300", "seconds"},
    {"\"seconds\": \"long\"", "seconds"},
    {"\"seconds\": \"../../etc/passwd\"", "seconds"},
    {"\"seconds\": true", "seconds"},
    {"\"seconds\": 2, \"num_frames\": 17", "seconds"},
    {"\"seconds\": 3600", "seconds"},
    {"\"num_frames\": 0", "num_frames"},
    {"\"num_frames\": -1", "num_frames"},
    {"\"num_frames\": 2147483648", "num_frames"},
    {"\"num_frames\": 18", "num_frames"},
    {"\"num_frames\": 1e999", "num_frames"},
    {"\"num_frames\": [17]", "num_frames"},
    {"\"fps\": 0", "fps"},
    {"\"fps\": -8", "fps"},
    {"\"fps\": 1000000", "fps"},
    {"\"num_inference_steps\": 0", "num_inference_steps"},
    {"\"num_inference_steps\": -1", "num_inference_steps"},
    {"\"num_inference_steps\": 2147483648", "num_inference_steps"},
    {"\"num_inference_steps\": \"many\"", "num_inference_steps"},
    {"\"guidance_scale\": NaN", "guidance_scale"},
    {"\"guidance_scale\": Infinity", "guidance_scale"},
    {"\"guidance_scale\": 1e400", "guidance_scale"},
    {"\"guidance_scale\": \"5\"", "guidance_scale"},
    {"\"guidance_scale_2\": 3", "guidance_scale_2"},
    {"\"boundary_ratio\": 0.5", "boundary_ratio"},
    {"\"flow_shift\": 0", "flow_shift"},
    {"\"flow_shift\": -3", "flow_shift"},
    {"\"seed\": -1", "seed"},
    {"\"seed\": 18446744073709551616", "seed"},
    {"\"seed\": 1.5", "seed"},
    {"\"seed\": {}", "seed"},
    {"\"negative_prompt\": 5", "negative_prompt"},
    {"\"model\": \"../../etc/passwd\"", "model"},
    {"\"model\": \"sora-2\"", "model"},
    {"\"model\": 7", "model"},
    {"\"input_reference\": \"/etc/passwd\"", "input_reference"},
    {"\"input_reference\": \"file:///etc/passwd\"", "input_reference"},
    {"\"input_reference\": \"http://127.0.0.1/x.png\"", "input_reference"},
    {"\"input_reference\": {\"image_url\": \"https://example.com/x.png\"}", "input_reference"},
    {"\"input_reference\": {\"file_id\": \"x\"}", "input_reference"},
    {"\"input_reference\": \"data:image/png;base64,!!!\"", "input_reference"},
    {"\"input_reference\": \"data:text/html;base64,PGI+\"", "input_reference"},
    {"\"metadata\": \"x\"", "metadata"},
    {"\"metadata\": {\"a\": 1}", "metadata"},
    {"\"extra_params\": []", "extra_params"},
    {"\"extra_params\": {\"scheduler\": \"../../x\"}", "extra_params.scheduler"},
    {"\"extra_params\": {\"vae_tiling\": \"yes\"}", "extra_params.vae_tiling"},
    {"\"extra_params\": {\"guidance_rescale\": 2}", "extra_params.guidance_rescale"},
    {"\"extra_params\": {\"sigmas\": [\"a\"]}", "extra_params.sigmas"},
    {"\"extra_params\": {\"sigmas\": []}", "extra_params.sigmas"},
    {"\"extra_params\": {\"save_latents\": \"/tmp/x\"}", "extra_params.save_latents"},
    {"\"extra_params\": {\"strength\": 0.5}", "extra_params.strength"},
    {"\"extra_params\": {\"max_sequence_length\": 0}", "extra_params.max_sequence_length"},
    {"\"checkpoint\": \"/tmp/x\"", "checkpoint"},
    {"\"seed\": 1, \"seed\": 2", "seed"},
    {"\"loras\": []", "loras"}
  };

  static List<BadRequest> table() {
    List<BadRequest> table = new ArrayList<>();
    for (String[] row : FIELDS) {
      String body = "{\"prompt\": \"a red ball\", %s}".formatted(row[0]);
      table.add(new BadRequest("/v1/videos", body, row[1]));
    }
    table.add(new BadRequest("/v1/videos", "{}", "prompt"));
    table.add(new BadRequest("/v1/videos", "{\"prompt\": \"\"}", "prompt"));
    table.add(new BadRequest("/v1/videos", "{\"prompt\": null}", "prompt"));
    table.add(new BadRequest("/v1/videos", "{\"prompt\": 5}", "prompt"));
    String long10 = "{\"prompt\": \"%s\"}".formatted("x".repeat(10 << 20));
    table.add(new BadRequest("/v1/videos", long10, "prompt"));
    table.add(new BadRequest("/v1/videos", "[]", "null"));
    table.add(new BadRequest("/v1/videos", "{\"prompt\": \"a\"} {}", "null"));
    table.add(new BadRequest("/v1/videos", "[".repeat(5000), "null"));
    table.add(new BadRequest("/v1/videos/forecast", "{\"prompt\": \"a\", \"fps\": 0}", "fps"));
    table.add(new BadRequest("/v1/videos/assemble", "{\"videos\": []}", "videos"));
    table.add(new BadRequest("/v1/videos/assemble", "{\"videos\": [\"../x\"]}", "videos"));
    table.add(new BadRequest("/v1/videos/assemble", "{\"videos\": \"x\"}", "videos"));
    table.add(new BadRequest("/v1/text_to_video", "{\"promptText\": \"\"}", "promptText"));
    String ratio = "{\"promptText\": \"a\", \"ratio\": \"0:1\"}";
    table.add(new BadRequest("/v1/text_to_video", ratio, "ratio"));
    String image = "{\"promptText\": \"a\", \"promptImage\": \"https://example.com/x.png\"}";
    table.add(new BadRequest("/v1/image_to_video", image, "promptImage"));
    table.add(new BadRequest("/v1/image_to_video", "{\"promptText\": \"a\"}", "promptImage"));
    return table;
  }
}
