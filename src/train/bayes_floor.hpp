#pragma once

#include <cstddef>
#include <functional>
#include <optional>

#include "base/thread_pool.hpp"
#include "data/datasets.hpp"
#include "train/batch_source.hpp"

namespace scorefield::train {

/// How many draws the floor is computed from, unless said otherwise.
inline constexpr std::size_t kFloorDraws = std::size_t{1} << 15U;

/// The smallest objective that any network can reach: that of the conditional mean E[target | x_t] of its target.
struct BayesFloor {
    double loss = 0;
    double error = 0;  ///< one standard error, and half of the bracket of data that are known by a sample only
};

/// The floor of a regression on `data`, estimated by Monte Carlo over about `draws` x_t (≥ 16). In more than 8
/// dimensions the number of draws decreases in proportion. The spread of the batches gives the error. The floor follows
/// from the conditional variance of x_0, which is exact for a small set of points. For other data, a sample of points
/// represents the distribution, a different one in each batch: its own floor is too low on average (the least mean
/// square error is concave in the distribution, Wu & Verdú 2012), that with x_0 itself left out of it too high, and the
/// middle of both is given. Nothing for implicit objectives, whose floor is no variance, and where the error would be
/// beyond a twentieth of the loss. The same for any number of threads. `check_cancelled` is called before each of 16
/// batches and each draw, on the threads of the pool, and may throw; empty: nothing.
std::optional<BayesFloor> bayes_floor(base::ThreadPool& pool, const data::Dataset& data, const BatchSource& source,
                                      std::size_t draws = kFloorDraws,
                                      const std::function<void()>& check_cancelled = {});

}  // namespace scorefield::train
