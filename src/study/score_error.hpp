#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/thread_pool.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/target.hpp"

namespace scorefield::study {

/// Errors of a score s relative to the exact one, √(E‖s − exact‖²/E‖exact‖²): 1 is that of saying zero.
struct ScoreError {
    double dense = 0;              ///< over points of the noised data
    std::optional<double> sparse;  ///< over places among the data that are rare among those, see sparse_points
};

/// What scores are compared with at one ratio σ/α of noise to signal: states over alpha, and exact scores there, (n, d)
/// row-major.
struct ScoreReference {
    double ratio = 0;
    std::vector<double> dense;
    std::vector<double> sparse;  ///< empty where there are hardly any
    std::vector<double> exact_dense;
    std::vector<double> exact_sparse;
};

/// Noised data, and of as many points uniform over the square of ±2.5 standardised units those whose density is below
/// that of all but a hundredth of the noised data: where it is that rare on a twentieth of the square at least.
ScoreReference score_reference(base::ThreadPool& pool, const diffusion::Target& target, double ratio,
                               std::uint32_t points);

/// The error of a network's score where the process has the reference's ratio, which must be one of its own.
ScoreError score_error(base::ThreadPool& pool, const diffusion::ScoreSource& network,
                       const diffusion::Parametrisation& parametrisation, const diffusion::NoiseProcess& process,
                       const ScoreReference& reference);

}  // namespace scorefield::study
