// Constants shared by the kernels for exact targets of many dimensions. Three dispatches sum the terms (components or
// points) of a tile; none of them holds a whole point. wide_*_logs writes the log2 of each term's weight. wide_weights
// divides the weights by the largest one so far. wide_*_mean adds the terms to the weighted sums. After the last tile,
// wide_answer computes the result. One invocation per particle along x; no branch depends on the particle.
//   weights  (terms of the tile, state_stride): log2 of the weights, then weights
//   states   planes of `state_stride`: the largest log2, the sum of the weights, the factor by which the last tile has
//            rescaled the sums, `shrink` (see empirical.comp), DIM weighted sums
const uint LARGEST = 0u;
const uint SUM = 1u;
const uint RESCALE = 2u;
const uint SHRINK = 3u;
const uint WEIGHTED = 4u;
const float LOWEST = -1e30;  // the smallest log2 of a weight
// Coordinates per partial sum. Rounding errors grow with CHUNK + DIM / CHUNK instead of DIM.
const uint CHUNK = 64u;
