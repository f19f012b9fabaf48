/**
 * Networks that enlarge pictures: RRDBNet, as ESRGAN (Wang et al., 2018, arXiv:1809.00219) and
 * Real-ESRGAN (Wang et al., 2021, arXiv:2107.10833) publish it, and residual dense networks (Zhang
 * et al., 2018, arXiv:1802.08797). Pictures are channels-last, [1, height, width, 3], values from 0
 * to 1. Start reading at {@link io.zoetrope.upscale.Upscaler}.
 */
package io.zoetrope.upscale;
