#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "data/safetensors.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/target_empirical.hpp"
#include "model/architecture.hpp"
#include "render/scalar_field.hpp"

namespace scorefield::viewer {

/// Everything that a map of the score error depends on.
struct ScoreErrorQuestion {
    model::Architecture network;       ///< in two dimensions
    std::optional<std::size_t> label;  ///< class of a conditional network; none: all together
    std::shared_ptr<const data::TensorMap> weights;
    diffusion::Parametrisation parametrisation;
    diffusion::Eval at;     ///< the evaluation at which the error is shown; sigma > 0
    render::Bounds bounds;  ///< of the map
    std::shared_ptr<const diffusion::EmpiricalTarget> exact;
};

/// The map of σ‖s − s*‖, where s is the score of the network and s* that of the exact target. `check_cancelled` is
/// called before each row of the map and may throw.
render::ScalarField score_error(const ScoreErrorQuestion& question, const std::function<void()>& check_cancelled);

}  // namespace scorefield::viewer
