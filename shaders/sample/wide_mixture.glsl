// Layout of one component of a Gaussian mixture of many dimensions under one marginal: ROW floats with the meaning that
// mixture.glsl gives. wide_mixture_prepare.comp writes them; wide_mixture_logs.comp and wide_mixture_mean.comp read
// them. `whiten` and `slope` are (DIM, COLUMNS): whole matrices, or only diagonals if all covariances are diagonal. The
// includer defines DIM and DIAGONAL.
const uint COLUMNS = DIAGONAL ? 1u : DIM;
const uint LOG = 0u;
const uint MEAN = 1u;
const uint OFFSET = MEAN + DIM;
const uint WHITEN = OFFSET + DIM;
const uint SLOPE = WHITEN + DIM * COLUMNS;
const uint ROW = SLOPE + DIM * COLUMNS;
