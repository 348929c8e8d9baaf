#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/datasets.hpp"
#include "data/scaling.hpp"
#include "diffusion/course.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"
#include "diffusion/program.hpp"
#include "diffusion/targets.hpp"
#include "model/checkpoint.hpp"
#include "settings/settings.hpp"

namespace scorefield::session {

/// The score and its process: a learned network or an exact target; neither if only a program is needed.
struct Model {
    std::filesystem::path path;                       ///< of the checkpoint
    std::optional<model::Checkpoint> checkpoint;      ///< --model
    std::shared_ptr<const diffusion::Target> target;  ///< --target
    diffusion::ProcessSettings process_settings;
    std::shared_ptr<const diffusion::NoiseProcess> process;
    diffusion::Parametrisation parametrisation;
    data::Scaling scaling;  ///< from the units of the states to those of the data
    /// Mean and variance of x_0 per coordinate, in the units of the states; none if unknown.
    std::optional<diffusion::AxisMoments> clean_moments;
    bool in_training = false;  ///< its network changes while it plays
    std::string data;          ///< name of the data set that the samples should resemble; empty: the target itself

    std::size_t dim() const;
    /// What captions call it: the data set's or the target's name.
    std::string name() const;
    /// Its score in double precision.
    std::unique_ptr<diffusion::ScoreSource> host_score() const;
};

/// Opens --target, --model or the default model. The process and prediction of a checkpoint are fixed. Throws
/// base::Error (request) if `settings` explicitly contradict them, if both flags or a wrong --dim are given, and if a
/// file cannot be opened.
Model open_model(const settings::Settings& settings);

/// As open_model, but without --model and --target only the process: enough for programs that need no score.
Model open_process(const settings::Settings& settings);

/// assets/swiss_roll.safetensors, looked for in the working directory and beside the executable. Throws base::Error
/// (request, --model) where there is none.
std::filesystem::path default_model();

/// The models of a folder, by name; none where it cannot be read.
std::vector<std::filesystem::path> models_in(const std::filesystem::path& folder);

/// An exact target and the units of its states: those of the data set that an empirical one is made of, else its own.
struct ScaledTarget {
    std::shared_ptr<const diffusion::Target> target;
    data::Scaling scaling;
};

/// The target of --target. Throws base::Error (request) naming flag or file.
ScaledTarget open_target(const settings::Settings& settings);

/// The prediction of --prediction. Without it, the default for exact targets: x0, whose formulas hold without any
/// signal too, or score for langevin, which may sample the density without any noise.
diffusion::Prediction exact_prediction(const settings::Settings& settings);

/// The spacing of --spacing. `auto` is resolved by diffusion::automatic_spacing; explicitly set parameters are kept.
diffusion::SpacingSettings spacing_in_effect(const settings::Settings& settings, const Model& model);

/// Its name, with ` (automatic)` if it was chosen automatically: `quadratic (automatic)`. Empty if a program or a list
/// of timesteps defines the levels.
std::string spacing_text(const settings::Settings& settings, const Model& model);

/// The process of --process and its parameters, for runs without a model. Throws base::Error (request) naming the flag.
std::shared_ptr<const diffusion::NoiseProcess> make_process(const settings::Settings& settings);

/// The program of --program, or the sampler of `settings` as a program over the model's process; samplers that need a
/// pilot try it on the model. Throws base::Error (request) naming the flag, or the file and the place in it.
diffusion::Program build_program(const settings::Settings& settings, const Model& model);

/// The nodes that the sampler of `settings` visits: of --timesteps, or of --steps and --spacing; from data to noise
/// where it inverts. The initial distribution follows --init: matched to the data moments if they are known, else the
/// prior.
diffusion::Course course_of(const settings::Settings& settings, const Model& model);

/// `NAME` or `NAME ARGUMENT` of --target.
struct TargetChoice {
    std::string name;
    std::string argument;
};
TargetChoice target_choice(const settings::Settings& settings);

}  // namespace scorefield::session
