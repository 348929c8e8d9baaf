#pragma once

#include <filesystem>
#include <memory>

#include "app/settings.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"
#include "nn/checkpoint.hpp"

namespace scorefield::app {

/// A checkpoint and what it says about itself.
struct Model {
    std::filesystem::path path;
    nn::Checkpoint checkpoint;
    std::shared_ptr<const diffusion::NoiseProcess> process;
};

/// --model, or the model that comes with Scorefield. The checkpoint knows its process and prediction; throws
/// base::Error (request) where `settings` explicitly say otherwise.
Model load_model(const Settings& settings);

/// assets/swiss_roll.safetensors, looked for in the working directory and beside the executable. Throws base::Error
/// (request, --model) where there is none.
std::filesystem::path default_model();

/// The process of --process and its parameters, where no model says it. Throws base::Error (request) naming the flag.
std::shared_ptr<const diffusion::NoiseProcess> make_process(const Settings& settings);

/// The sampler of `settings` as a program over a process. Throws base::Error (request) naming the flag.
diffusion::Program build_program(const Settings& settings,
                                 const std::shared_ptr<const diffusion::NoiseProcess>& process,
                                 diffusion::Prediction prediction);

}  // namespace scorefield::app
