// A component of a Gaussian mixture under one marginal, DIM = 1, 2 or 3, as mixture_prepare.comp writes and
// mixture.comp reads it: ROW floats.
//   log       log2 of the weight over the square root of the determinant, up to what all components share
//   mean      alpha mu, DIM
//   whiten    y = whiten (x - mean), DIM rows; the density is 2^(log - |y|^2)
//   offset    what the evaluation answers at the mean, DIM
//   slope     what it adds per x - mean: symmetric, lower triangle by rows
const int LOG = 0;
const int MEAN = 1;
const int WHITEN = MEAN + DIM;
const int OFFSET = WHITEN + DIM * DIM;
const int SLOPE = OFFSET + DIM;
const int ROW = SLOPE + DIM * (DIM + 1) / 2;

int slope_at(int a, int b) { return SLOPE + max(a, b) * (max(a, b) + 1) / 2 + min(a, b); }
