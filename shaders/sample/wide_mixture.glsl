// A component of a Gaussian mixture of many dimensions under one marginal, as wide_mixture_prepare.comp writes and
// wide_mixture_logs.comp and wide_mixture_mean.comp read it: ROW floats, what mixture.glsl says. `whiten` and `slope`
// are (DIM, COLUMNS): whole matrices, or where all covariances are diagonal, their diagonals. The includer defines DIM
// and DIAGONAL.
const uint COLUMNS = DIAGONAL ? 1u : DIM;
const uint LOG = 0u;
const uint MEAN = 1u;
const uint OFFSET = MEAN + DIM;
const uint WHITEN = OFFSET + DIM;
const uint SLOPE = WHITEN + DIM * COLUMNS;
const uint ROW = SLOPE + DIM * COLUMNS;
