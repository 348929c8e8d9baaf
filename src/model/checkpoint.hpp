#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/scaling.hpp"
#include "data/tensors.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "model/architecture.hpp"

namespace scorefield::model {

/// What a training goes on from, besides the averaged weights: one entry per trained weight, tensor after tensor in the
/// order of tensors_of.
struct OptimiserState {
    std::vector<float> weights;
    std::vector<float> first;   ///< Adam's m
    std::vector<float> second;  ///< Adam's v

    bool operator==(const OptimiserState&) const = default;
};

/// A trained network and all that is needed to sample from it: a safetensors file whose metadata holds
///   scorefield.version      "1"
///   scorefield.architecture one of architecture_names(), e.g. mlp; scorefield.mlp.{dim,width,depth,features}; also
///                           scorefield.mlp.classes if the network is conditional
///   scorefield.process      name; scorefield.process.NAME for every parameter of diffusion::ProcessSettings that is
///                           said, switches as on or off; of ddpm always schedule and T
///   scorefield.prediction   one of diffusion::kPredictions: what the network's output F is
///   scorefield.data         name of the data; scorefield.data.mean (JSON array, one per coordinate) and
///                           scorefield.data.deviation (a number, or such an array where coordinates differ, 0 of
///                           those that are constant):
///                           the network knows (data − mean)/deviation
///   scorefield.data.standardised.{mean,variance}  of those per coordinate, JSON arrays; may be absent
///   scorefield.training.*   how it was made
///   scorefield.checksum     of everything else (data/safetensors.hpp)
/// and whose tensors are tensors_of(network), the averaged weights. If training can be resumed, the file also holds the
/// tensors training.weights, training.first and training.second of OptimiserState. Numbers are written with 17
/// significant digits.
struct Checkpoint {
    Architecture network;
    diffusion::ProcessSettings process;  ///< of ddpm the horizon is always set
    diffusion::Prediction prediction = diffusion::Prediction::epsilon;
    std::string data;
    data::Scaling scaling;
    std::optional<diffusion::AxisMoments>
        clean_moments;  ///< of the standardised data; none in files made before they were kept
    std::map<std::string, std::string> training;  ///< e.g. {"steps", "6000"}, {"seed", "0"}
    data::TensorMap tensors;
    std::optional<OptimiserState> state;
    bool verified = true;  ///< read: the checksum is right; not so where another program made it half precision

    bool operator==(const Checkpoint&) const = default;
};

/// Throws base::Error (request) naming `path` and the key or tensor that is missing, unknown, ill-formed or of the
/// wrong shape, or a scaling that leaves samples of single precision without a value. All that the header says is
/// checked before any tensor is read. A checkpoint of float32 without checksum is refused.
Checkpoint read_checkpoint(const std::filesystem::path& path);

/// Writes the file whole or not at all. Throws base::Error (running) where the place cannot be written.
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint);

/// Throws base::Error (request) naming `where` and the first tensor of `tensors` that is missing, unknown or does not
/// have the shape that `network` asks for.
void require_tensors(const data::TensorMap& tensors, const Architecture& network, const std::string& where);

}  // namespace scorefield::model
