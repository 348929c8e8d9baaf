#pragma once

#include <memory>

#include "data/tensors.hpp"
#include "diffusion/interpreter.hpp"
#include "model/architecture.hpp"

namespace scorefield::session {

/// The network as a score source in single precision, by the kernels of the host engine: for pictures, where
/// model::NetworkScore would take a hundred times as long. Throws as nn::HostNetwork.
std::unique_ptr<diffusion::ScoreSource> fast_score(const model::Architecture& network, const data::TensorMap& tensors);

}  // namespace scorefield::session
