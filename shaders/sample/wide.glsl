// What the kernels for exact targets of many dimensions share. The terms (components, points) of a tile are summed in
// three dispatches, none of which holds a whole point: wide_*_logs writes the log2 of each term's weight, wide_weights
// turns them into weights over the largest so far, wide_*_mean adds the terms to the weighted sums. One more,
// wide_answer, follows the last tile. One invocation per particle along x; nothing branches on it.
//   weights  (terms of the tile, state_stride): logs, then weights
//   states   planes of `state_stride`: the largest log, the sum of the weights, by how much the last tile has rescaled
//            the sums, `shrink` (see empirical.comp), DIM weighted sums
const uint LARGEST = 0u;
const uint SUM = 1u;
const uint RESCALE = 2u;
const uint SHRINK = 3u;
const uint WEIGHTED = 4u;
const float LOWEST = -1e30;  // of a log
// Coordinates that are added up apart from those before them: rounding errors grow with them and with their number, not
// with their product.
const uint CHUNK = 64u;
