#pragma once

namespace scorefield::diffusion {

/// The x in [0, 1] at which Beta(a, b) has the cumulative probability p: the inverse of the regularised incomplete beta
/// function I_x(a, b). 0 ≤ p ≤ 1, 0 < a, b ≤ 100. Errs by a few roundings of p.
double beta_quantile(double p, double a, double b);

/// I_x(a, b), 0 ≤ x ≤ 1 (NIST Digital Library of Mathematical Functions, 8.17).
double incomplete_beta(double x, double a, double b);

}  // namespace scorefield::diffusion
