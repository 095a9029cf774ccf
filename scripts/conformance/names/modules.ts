// How modules are made and called: PyTorch's parameters in their order, those that are positional
// here before the stroke, those that are options behind it. What is not listed is called as it was
// recorded. Not how cases are run (modules.ts).

const norm = "num_features | eps momentum affine track_running_stats";
const conv =
  "in_channels out_channels kernel_size | stride padding dilation groups bias padding_mode";
const transposed =
  "in_channels out_channels kernel_size | " +
  "stride padding output_padding groups bias dilation padding_mode";
const loss = "size_average reduce reduction";
const recurrent =
  "input_size hidden_size | num_layers bias batch_first dropout bidirectional proj_size";
const layer =
  "d_model nhead | dim_feedforward dropout activation layer_norm_eps batch_first norm_first bias";
const table = "max_norm norm_type scale_grad_by_freq";

/** The parameters of constructors; `Nd` stands for 1d, 2d and 3d. */
export const constructors: Readonly<Record<string, string>> = {
  Linear: "in_features out_features | bias",
  Bilinear: "in1_features in2_features out_features | bias",
  Identity: "",
  ConvNd: conv,
  ConvTransposeNd: transposed,
  MaxPoolNd: "kernel_size | stride padding dilation return_indices ceil_mode",
  AvgPool1d: "kernel_size | stride padding ceil_mode count_include_pad",
  AvgPoolNd: "kernel_size | stride padding ceil_mode count_include_pad divisor_override",
  AdaptiveMaxPoolNd: "output_size | return_indices",
  AdaptiveAvgPoolNd: "output_size",
  ZeroPadNd: "padding",
  ConstantPadNd: "padding value",
  ReflectionPadNd: "padding",
  ReplicationPadNd: "padding",
  CircularPadNd: "padding",
  BatchNormNd: norm,
  InstanceNormNd: norm,
  LayerNorm: "normalized_shape | eps elementwise_affine bias",
  RMSNorm: "normalized_shape | eps elementwise_affine",
  GroupNorm: "num_groups num_channels | eps affine",
  LocalResponseNorm: "size | alpha beta k",
  Embedding: `num_embeddings embedding_dim | padding_idx ${table} sparse`,
  EmbeddingBag:
    `num_embeddings embedding_dim | ${table} mode sparse _weight include_last_offset ` +
    "padding_idx",
  RNN:
    "input_size hidden_size | num_layers nonlinearity bias batch_first dropout bidirectional " +
    "proj_size",
  LSTM: recurrent,
  GRU: recurrent,
  RNNCell: "input_size hidden_size | bias nonlinearity",
  LSTMCell: "input_size hidden_size | bias",
  GRUCell: "input_size hidden_size | bias",
  MultiheadAttention:
    "embed_dim num_heads | dropout bias add_bias_kv add_zero_attn kdim vdim batch_first",
  TransformerEncoderLayer: layer,
  TransformerDecoderLayer: layer,
  Flatten: "start_dim end_dim",
  Unflatten: "dim unflattened_size",
  Upsample: "| size scale_factor mode align_corners recompute_scale_factor",
  UpsamplingNearest2d: "| size scale_factor",
  UpsamplingBilinear2d: "| size scale_factor",
  PixelShuffle: "upscale_factor",
  PixelUnshuffle: "downscale_factor",
  ChannelShuffle: "groups",
  Unfold: "kernel_size | dilation padding stride",
  Fold: "output_size kernel_size | dilation padding stride",
  CosineSimilarity: "| dim eps",
  PairwiseDistance: "| p eps keepdim",
  ReLU: "| inplace",
  ReLU6: "| inplace",
  LeakyReLU: "negative_slope | inplace",
  RReLU: "lower upper | inplace",
  ELU: "alpha | inplace",
  CELU: "alpha | inplace",
  SELU: "| inplace",
  SiLU: "| inplace",
  Mish: "| inplace",
  Hardswish: "| inplace",
  Hardsigmoid: "| inplace",
  GELU: "| approximate",
  Hardtanh: "min_val max_val | inplace",
  Softplus: "beta threshold",
  Softshrink: "lambd",
  Hardshrink: "lambd",
  Threshold: "threshold value | inplace",
  Softmax: "dim",
  LogSoftmax: "dim",
  Softmin: "dim",
  GLU: "dim",
  PReLU: "| num_parameters init",
  Dropout: "p | inplace",
  DropoutNd: "p | inplace",
  AlphaDropout: "p | inplace",
  FeatureAlphaDropout: "p | inplace",
  CrossEntropyLoss: "| weight size_average ignore_index reduce reduction label_smoothing",
  NLLLoss: "| weight size_average ignore_index reduce reduction",
  L1Loss: `| ${loss}`,
  MSELoss: `| ${loss}`,
  SmoothL1Loss: `| ${loss} beta`,
  HuberLoss: "| reduction delta",
  BCELoss: `| weight ${loss}`,
  BCEWithLogitsLoss: `| weight ${loss} pos_weight`,
  KLDivLoss: `| ${loss} log_target`,
  PoissonNLLLoss: "| log_input full size_average eps reduce reduction",
  GaussianNLLLoss: "| full eps reduction",
  HingeEmbeddingLoss: `| margin ${loss}`,
  SoftMarginLoss: `| ${loss}`,
  MultiMarginLoss: `| p margin weight ${loss}`,
  MultiLabelMarginLoss: `| ${loss}`,
  MultiLabelSoftMarginLoss: `| weight ${loss}`,
  MarginRankingLoss: `| margin ${loss}`,
  CosineEmbeddingLoss: `| margin ${loss}`,
  TripletMarginLoss: `| margin p eps swap ${loss}`,
};

/** The parameters of `forward`, where some can be given by name. */
export const forwards: Readonly<Record<string, string>> = {
  RNN: "input hx",
  LSTM: "input hx",
  GRU: "input hx",
  RNNCell: "input hx",
  LSTMCell: "input hx",
  GRUCell: "input hx",
  ConvTransposeNd: "input output_size",
  EmbeddingBag: "input offsets per_sample_weights",
  MultiheadAttention:
    "query key value | key_padding_mask need_weights attn_mask average_attn_weights is_causal",
  TransformerEncoderLayer: "src | src_mask src_key_padding_mask is_causal",
  TransformerDecoderLayer:
    "tgt memory | tgt_mask memory_mask tgt_key_padding_mask memory_key_padding_mask " +
    "tgt_is_causal memory_is_causal",
};

/** The parameters of the initialisers behind the tensor. */
export const initializers: Readonly<Record<string, string>> = {
  uniform_: "a b",
  normal_: "mean std",
  constant_: "val",
  ones_: "",
  zeros_: "",
  eye_: "",
  trunc_normal_: "| mean std a b",
  xavier_uniform_: "gain",
  xavier_normal_: "gain",
  kaiming_uniform_: "| a mode nonlinearity",
  kaiming_normal_: "| a mode nonlinearity",
  orthogonal_: "gain",
  sparse_: "sparsity std",
  dirac_: "groups",
};
