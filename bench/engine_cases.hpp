#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "bench/benchmark.hpp"
#include "model/model.hpp"
#include "session/engine.hpp"

// Cases of any engine. Engine and model must outlive them.
namespace scorefield::bench {

/// A whole run, as `scorefield sample` does it.
std::unique_ptr<Case> make_sampling(session::Engine& engine, const model::Model& model, const std::string& sampler,
                                    int steps, std::uint32_t particles);

/// Steps of training, as `scorefield train` takes them by default on the seed experiment's schedule: the network
/// 2 -> 64 (x3) -> 2 with Adam and averaged weights.
std::unique_ptr<Case> make_training(session::Engine& engine);

}  // namespace scorefield::bench
