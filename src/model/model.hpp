#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/scaling.hpp"
#include "data/spread.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/targets.hpp"
#include "model/checkpoint.hpp"

namespace scorefield::model {

/// An exact target: how to open it.
struct TargetSpec {
    std::string name;
    std::string argument;  ///< file of a mixture, data set of an empirical target; empty for the others
    double variance = 1;   ///< of the target gaussian
    int dim = 2;           ///< of the target gaussian
    /// How to scale the data of an empirical target. None: automatic, without a note, for what does not depend on it.
    std::optional<data::ScalingMode> scaling;
};

/// The classes that a conditional network samples.
struct ClassSpec {
    std::optional<std::size_t> label;  ///< none: all together
    /// A network that knows single classes only is opened without a label, too.
    bool may_be_open = false;
};

/// What answers for the score: a checkpoint or an exact target; neither if a program needs no score.
struct ModelSpec {
    std::filesystem::path file;  ///< a checkpoint; empty: none
    ClassSpec classes;           ///< of the checkpoint
    std::optional<TargetSpec> target;
    // A checkpoint has its own.
    diffusion::ProcessSettings process;
    diffusion::Prediction prediction = diffusion::Prediction::epsilon;
    std::optional<double> sigma_data;  ///< none: the process's
};

/// The score and its process: a learned network or an exact target; neither if only a program is needed.
struct Model {
    std::filesystem::path path;  ///< of the checkpoint
    std::optional<Checkpoint> checkpoint;
    std::shared_ptr<const diffusion::Target> target;
    diffusion::ProcessSettings process_settings;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    diffusion::Parametrisation parametrisation;
    data::Scaling scaling;  ///< from the units of the states to those of the data
    /// Mean and variance of x_0 per coordinate, in the units of the states; none if unknown.
    std::optional<diffusion::AxisMoments> clean_moments;
    bool in_training = false;  ///< its network changes while it plays
    std::string data;          ///< name of the data set that the samples should resemble; empty: the target itself
    std::vector<std::string> notes;  ///< what was left out or decided when its data were read

    std::size_t dim() const;
    /// What captions call it: the data set's or the target's name.
    std::string name() const;
    /// Its score in double precision.
    std::unique_ptr<diffusion::ScoreSource> host_score() const;
};

/// Opens it. Throws base::Error (request) naming field, file and place.
Model open_model(const ModelSpec& spec);

/// The model of a network in training, which has no file. `checkpoint`: the network with its initial weights and all
/// its classes. `label`: the class to sample; none: all classes together.
Model model_in_training(Checkpoint checkpoint, std::optional<std::size_t> label);

/// An exact target and the units of its states: those of the data set that an empirical one is made of, else its own.
struct ScaledTarget {
    std::shared_ptr<const diffusion::Target> target;
    data::Scaling scaling;
    std::vector<std::string> notes;  ///< what was left out or decided when its data were read
};

/// Throws base::Error (request) naming field or file.
ScaledTarget open_target(const TargetSpec& spec);

/// assets/swiss_roll.safetensors, looked for in the working directory and beside the executable. Throws base::Error
/// (request, `model`) where there is none.
std::filesystem::path default_model();

/// The models of a folder, by name; none where it cannot be read.
std::vector<std::filesystem::path> models_in(const std::filesystem::path& folder);

}  // namespace scorefield::model
