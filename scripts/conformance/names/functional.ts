// PyTorch's names for what `torch.nn.functional` has, where a call differs by more than spelling.
// What an entry says: Names in names.ts.

import { functional } from "nabla";
import type { Tensor } from "nabla";

import type { Names } from "../names.js";

/** PyTorch 1.13 gave the weights whether they were asked for or not. */
const attention = (query: Tensor, key: Tensor, value: Tensor, ...[mask, p, , isCausal]: Rest) =>
  functional.scaledDotProductAttention(query, key, value, {
    attnMask: mask ?? null,
    dropoutP: p ?? 0,
    isCausal: isCausal ?? false,
    needAttnWeights: true,
  });
type Rest = [mask?: Tensor, dropout?: number, needed?: boolean, isCausal?: boolean];

/** What comes after the arguments named here is an option, by its name. */
const withOptions = {
  "alpha_dropout(input)": "alphaDropout(input)",
  "binary_cross_entropy(input, target)": "binaryCrossEntropy(input, target)",
  "binary_cross_entropy_with_logits(input, target)": "binaryCrossEntropyWithLogits(input, target)",
  "celu(input)": "celu(input)",
  "cosine_embedding_loss(input1, input2, target)": "cosineEmbeddingLoss(input1, input2, target)",
  "cross_entropy(input, target)": "crossEntropy(input, target)",
  "dropout(input)": "dropout(input)",
  "dropout1d(input)": "dropout1d(input)",
  "dropout2d(input)": "dropout2d(input)",
  "dropout3d(input)": "dropout3d(input)",
  "elu(input)": "elu(input)",
  "feature_alpha_dropout(input)": "featureAlphaDropout(input)",
  "gaussian_nll_loss(input, target, var)": "gaussianNllLoss(input, target, var)",
  "gelu(input)": "gelu(input)",
  "group_norm(input, num_groups)": "groupNorm(input, num_groups)",
  "gumbel_softmax(logits)": "gumbelSoftmax(logits)",
  "hardshrink(input)": "hardshrink(input)",
  "hardtanh(input)": "hardtanh(input)",
  "hinge_embedding_loss(input, target)": "hingeEmbeddingLoss(input, target)",
  "huber_loss(input, target)": "huberLoss(input, target)",
  "instance_norm(input)": "instanceNorm(input)",
  "kl_div(input, target)": "klDiv(input, target)",
  "l1_loss(input, target)": "l1Loss(input, target)",
  "leaky_relu(input)": "leakyRelu(input)",
  "local_response_norm(input, size)": "localResponseNorm(input, size)",
  "margin_ranking_loss(input1, input2, target)": "marginRankingLoss(input1, input2, target)",
  "mse_loss(input, target)": "mseLoss(input, target)",
  "multi_margin_loss(input, target)": "multiMarginLoss(input, target)",
  "multilabel_margin_loss(input, target)": "multilabelMarginLoss(input, target)",
  "multilabel_soft_margin_loss(input, target)": "multilabelSoftMarginLoss(input, target)",
  "nll_loss(input, target)": "nllLoss(input, target)",
  "normalize(input)": "normalize(input)",
  "pairwise_distance(x1, x2)": "pairwiseDistance(x1, x2)",
  "pdist(input)": "pdist(input)",
  "poisson_nll_loss(input, target)": "poissonNllLoss(input, target)",
  "rms_norm(input, normalized_shape)": "rmsNorm(input, normalized_shape)",
  "rrelu(input)": "rrelu(input)",
  "smooth_l1_loss(input, target)": "smoothL1Loss(input, target)",
  "soft_margin_loss(input, target)": "softMarginLoss(input, target)",
  "softplus(input)": "softplus(input)",
  "softshrink(input)": "softshrink(input)",
  "triplet_margin_loss(anchor, positive, negative)":
    "tripletMarginLoss(anchor, positive, negative)",
};

const inFunctional: Record<string, string> = {};
for (const [key, call] of Object.entries(withOptions)) {
  inFunctional[`nn.functional.${key}`] = `functional.${call}`;
}

export const functionalNames: Names = {
  ...inFunctional,
  ["nn.functional._scaled_dot_product_attention" +
  "(query, key, value, attn_mask, dropout_p, need_attn_weights, is_causal)"]: attention,
  "nn.functional.batch_norm(input, running_mean, running_var, weight, bias)":
    "functional.batchNorm(input, running_mean, running_var, { weight, bias })",
  "nn.functional.cosine_similarity(x1, x2, dim, eps)":
    "functional.cosineSimilarity(x1, x2, dim, { eps })",
  "nn.functional.layer_norm(input, normalized_shape, weight, bias, eps)":
    "functional.layerNorm(input, normalized_shape, { weight, bias, eps })",
  "nn.functional.linear(input, weight, bias)": "functional.linear(input, weight, bias)",
  "nn.functional.threshold(input, threshold, value)":
    "functional.threshold(input, threshold, value)",
};
