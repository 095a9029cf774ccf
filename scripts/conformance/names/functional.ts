// PyTorch's names for what `torch.nn.functional` has, where a call differs by more than spelling.
// What an entry says: Names in names.ts.

import type { Names } from "../names.js";

export const functionalNames: Names = {
  "nn.functional.conv1d":
    "functional.conv1d(input, weight, bias, { stride, padding, dilation, groups })",
  "nn.functional.conv2d":
    "functional.conv2d(input, weight, bias, { stride, padding, dilation, groups })",
  "nn.functional.conv3d":
    "functional.conv3d(input, weight, bias, { stride, padding, dilation, groups })",
  "nn.functional.conv_transpose1d":
    "functional.convTranspose1d(input, weight, bias, " +
    "{ stride, padding, output_padding, groups, dilation })",
  "nn.functional.conv_transpose2d":
    "functional.convTranspose2d(input, weight, bias, " +
    "{ stride, padding, output_padding, groups, dilation })",
  "nn.functional.conv_transpose3d":
    "functional.convTranspose3d(input, weight, bias, " +
    "{ stride, padding, output_padding, groups, dilation })",

  "nn.functional.max_pool1d":
    "functional.maxPool1d(self, kernel_size, " +
    "{ stride, padding, dilation, ceil_mode, return_indices })",
  "nn.functional.avg_pool1d":
    "functional.avgPool1d(self, kernel_size, " +
    "{ stride, padding, ceil_mode, count_include_pad, divisor_override })",
  "nn.functional.adaptive_max_pool1d(self, output_size, return_indices)":
    "functional.adaptiveMaxPool1d(self, output_size, { return_indices })",
  "nn.functional.max_pool2d":
    "functional.maxPool2d(self, kernel_size, " +
    "{ stride, padding, dilation, ceil_mode, return_indices })",
  "nn.functional.avg_pool2d":
    "functional.avgPool2d(self, kernel_size, " +
    "{ stride, padding, ceil_mode, count_include_pad, divisor_override })",
  "nn.functional.adaptive_max_pool2d(self, output_size, return_indices)":
    "functional.adaptiveMaxPool2d(self, output_size, { return_indices })",
  "nn.functional.max_pool3d":
    "functional.maxPool3d(self, kernel_size, " +
    "{ stride, padding, dilation, ceil_mode, return_indices })",
  "nn.functional.avg_pool3d":
    "functional.avgPool3d(self, kernel_size, " +
    "{ stride, padding, ceil_mode, count_include_pad, divisor_override })",
  "nn.functional.adaptive_max_pool3d(self, output_size, return_indices)":
    "functional.adaptiveMaxPool3d(self, output_size, { return_indices })",

  "nn.functional.unfold(self, kernel_size, dilation, padding, stride)":
    "functional.unfold(self, kernel_size, { dilation, padding, stride })",
  "nn.functional.interpolate(input, size, scale_factor, mode, align_corners)":
    "functional.interpolate(input, { size, scale_factor, mode, align_corners })",
  "nn.functional.upsample_nearest(input, size, scale_factor)":
    "functional.upsampleNearest(input, { size, scale_factor })",
  "nn.functional.upsample_bilinear(input, size, scale_factor)":
    "functional.upsampleBilinear(input, { size, scale_factor })",
  "nn.functional.pad": "pad(self, pad, { mode, value })",
  "nn.functional.grid_sample(input, grid, mode, padding_mode, align_corners)":
    "functional.gridSample(input, grid, { mode, padding_mode, align_corners })",
  "nn.functional.embedding(input, weight)":
    "functional.embedding(input, weight, " +
    "{ padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse })",
  "nn.functional.embedding_bag(input, weight)":
    "functional.embeddingBag(input, weight, { offsets, max_norm, norm_type, scale_grad_by_freq, " +
    "mode, sparse, per_sample_weights, include_last_offset, padding_idx })",
};
