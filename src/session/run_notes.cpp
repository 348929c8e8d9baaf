#include "session/run_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/output.hpp"
#include "data/datasets.hpp"
#include "data/scaling.hpp"
#include "diffusion/brownian.hpp"
#include "diffusion/program_check.hpp"
#include "diffusion/sampler.hpp"
#include "diffusion/target_mixture.hpp"
#include "sample/start.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint64_t kSeed = 0x11'3175'0000'0000;
constexpr std::uint32_t kDraws = 4096;

/// The tightest bound of a program on its estimates, and how a scheduler's configuration lifts it; infinite if there is
/// none.
struct Bound {
    double limit = std::numeric_limits<double>::infinity();
    std::string_view remedy = "clip_sample false";
};

Bound bound_of(const diffusion::Program& program) {
    Bound bound;
    for (const diffusion::Op& op : program.ops) {
        if (const auto* clamp = std::get_if<diffusion::Clamp>(&op.instruction)) {
            const double limit = std::max(std::abs(clamp->low), std::abs(clamp->high));
            if (limit < bound.limit) bound = {limit, "clip_sample false"};
        } else if (std::holds_alternative<diffusion::Threshold>(op.instruction) && bound.limit > 1) {
            bound = {1, "thresholding false"};  // it scales every sample into ±1
        }
    }
    return bound;
}

template <class Value>
double largest(std::span<const Value> values) {
    double most = 0;
    for (const Value value : values) most = std::max(most, static_cast<double>(std::abs(value)));
    return most;
}

/// How far the data reach in the model's units; 0 where they are not known.
double reach_of(const std::string& data, const model::Model& model) {
    if (model.target) return largest<double>(model.target->sample(kSeed, {0, kDraws}));
    try {
        const auto dataset = data::open_dataset(data);
        if (dataset->dim() != model.dim()) return 0;
        return largest<float>(data::standardise(dataset->draw(kSeed, 0, kDraws), model.scaling).values);
    } catch (const base::Error&) {
        return 0;  // a model runs without the file that it was trained on
    }
}

using Note = std::optional<std::string>;

Note unverified_note(const model::Model& model) {
    if (!model.checkpoint || model.checkpoint->verified) return {};
    return base::format_shown(
        "{} stores half-precision weights that its checksum does not cover: the file cannot be verified",
        model.path.string());
}

/// A model that has learned a few noise levels answers for others as well, but not rightly.
Note few_levels_note(const sample::SamplingSpec& spec, const model::Model& model) {
    if (!model.checkpoint || model.in_training) return {};
    const std::map<std::string, std::string>& training = model.checkpoint->training;
    const auto value = [&](const std::string& name) {
        const auto found = training.find("setting." + name);
        return found == training.end() ? std::string() : found->second;
    };
    if (const std::string sigma = value("objective.sigma"); !sigma.empty()) {
        return base::format_shown(
            "{} was trained at a single noise level (sigma/alpha = {}); its score is unreliable at other levels",
            model.path.string(), sigma);
    }
    if (value("objective") != "ncsn" || spec.sampler.name == "annealed_langevin") return {};
    return base::format_shown(
        "{0} was trained at {1} discrete noise levels. To sample at these levels only, use `sampler` annealed_langevin "
        "`spacing` linspace `steps` {1}",
        model.path.string(), value("objective.levels"));
}

/// Samplers that by their nature do not give the data's distribution.
Note caveat_note(const sample::SamplingSpec& spec) {
    if (!spec.program.empty()) return {};
    const diffusion::SamplerInfo& info = diffusion::sampler_info(spec.sampler.name);
    if (info.caveat.empty()) return {};
    return fmt::format("{}: {}", info.name, info.caveat);
}

/// A run without noise of its steps has no path. In a branch, the noise may be the trunk's.
Note path_note(const sample::SamplingSpec& spec, const diffusion::Program& program) {
    if (!spec.sampler.one_path || !spec.program.empty() || spec.branch) return {};
    if (diffusion::takes_increments(program)) return {};
    return fmt::format("`noise` path has no effect: {} takes no increments of a Brownian path", spec.sampler.name);
}

/// Far from 0, float32 cannot resolve the states of an exact target.
Note coarse_states_note(const model::Model& model) {
    if (!model.target || !model.clean_moments) return {};
    data::Scaling scaling = {model.clean_moments->mean, model.clean_moments->variance};
    for (double& deviation : scaling.deviation) deviation = std::sqrt(deviation);
    const data::FloatSpacing spacing = data::widest_spacing_at_mean(scaling);
    if (!spacing.is_coarse()) return {};
    return base::format_shown(
        "float32 resolution near the mean of {} is {:.3g} ({:.2g} std) in coordinate {}, so samples are quantised. "
        "Move the mean of the target to 0",
        model.name(), spacing.distance, spacing.in_deviations, spacing.coordinate);
}

/// A program from a file that limits estimates more narrowly than the data of the model reach, as far as those are
/// known (clip_sample of a scheduler), cuts them.
Note cut_data_note(const sample::SamplingSpec& spec, const model::Model& model, const diffusion::Program& program,
                   const std::string& data) {
    if (spec.program.empty()) return {};
    const Bound bound = bound_of(program);
    if (!std::isfinite(bound.limit)) return {};
    const double reach = reach_of(data, model);
    if (!(reach > bound.limit)) return {};
    return base::format_shown(
        "{} clips x0 estimates to ±{:.3g}, but the data of {} reach ±{:.3g} in the units of the model. Compile it "
        "again without this limit ({})",
        spec.program, bound.limit, model.name(), reach, bound.remedy);
}

/// Samplers that do not end at the data's distribution by their nature are noted elsewhere.
bool is_judged(const sample::SamplingSpec& spec, const model::Model& model) {
    if (model.in_training) return false;
    if (!spec.program.empty()) return true;
    const diffusion::SamplerInfo& info = diffusion::sampler_info(spec.sampler.name);
    return !info.from_data && info.caveat.empty();
}

/// An exact target whose coordinates are wider than processes expect (a deviation of about 1): the widest of them.
/// Levels that suit standardised data may step over those where its shape is decided.
std::optional<diffusion::GaussianData> wide_data(const model::Model& model) {
    if (!model.target || !model.clean_moments) return {};
    const auto& [mean, variance] = *model.clean_moments;
    const auto widest = static_cast<std::size_t>(std::ranges::max_element(variance) - variance.begin());
    if (!(variance.at(widest) > 1)) return {};
    return diffusion::GaussianData{mean.at(widest), variance.at(widest)};
}

/// What a test run gives that is wrong; none if nothing is.
std::optional<diffusion::GaussianCheck> wrong_test_run(const model::Model& model, const diffusion::Program& program) {
    // The data are those of the run itself here, and sampling error is 3%.
    constexpr double kToleranceOfOwnData = 0.15;
    std::optional<diffusion::GaussianCheck> check = diffusion::check_on_gaussian(program, model.parametrisation);
    if (check && check->is_wrong()) return check;
    if (const auto data = wide_data(model)) {
        check = diffusion::check_on_gaussian(program, model.parametrisation, *data);
        if (check && check->is_wrong(kToleranceOfOwnData)) return check;
    }
    return {};
}

/// A run that is wrong for any model of this prediction, or for the width of its target.
Note program_note(const sample::SamplingSpec& spec, const model::Model& model, const diffusion::Program& program) {
    if (!is_judged(spec, model)) return {};
    const std::optional<diffusion::GaussianCheck> check = wrong_test_run(model, program);
    if (!check) return {};
    const std::string_view prediction = diffusion::prediction_name(model.parametrisation.prediction);
    const std::string found = std::isfinite(check->deviation)
                                  ? fmt::format("samples with mean {:.3g}, std {:.3g}", check->mean, check->deviation)
                                  : "samples that are not finite";
    const std::string test =
        fmt::format("a test run with the exact {} of Gaussian data (mean {:.3g}, std {:.3g}) gave {}", prediction,
                    check->data.mean, std::sqrt(check->data.variance), found);
    if (spec.program.empty()) {
        return fmt::format("too few steps or unsuitable noise levels: {}. {}", test,
                           spec.timesteps.empty() ? "Use more `steps` or another `spacing`"
                                                  : "Give more `timesteps`, or use `steps` and `spacing`");
    }
    return base::format_shown(
        "{}: too few steps, unsuitable noise levels, or not a program for {}: {}. Compile it again with more steps or "
        "other noise levels, and for this prediction",
        spec.program, prediction, test);
}

/// The standard deviation of the narrowest part of the data in the model's units: the thinnest direction of a
/// mixture's components; otherwise the least deviation of a coordinate. 0 if it is not known.
double narrowest_deviation(const model::Model& model) {
    double least = std::numeric_limits<double>::infinity();
    const auto take = [&least](double variance) {
        if (variance > 0) least = std::min(least, std::sqrt(variance));
    };
    const auto* const mixture = dynamic_cast<const diffusion::GaussianMixture*>(model.target.get());
    if (mixture != nullptr) {
        for (const diffusion::GaussianMixture::Component& component : mixture->components()) {
            for (std::size_t j = 0; j < model.dim(); ++j) take(component.variances.at(j));
        }
    } else if (model.clean_moments) {
        for (const double variance : model.clean_moments->variance) take(variance);
    }
    return std::isfinite(least) ? least : 0;
}

/// The process parameter that lowers the last noise level.
std::string_view last_level_remedy(const diffusion::ProcessSettings& process) {
    if (process.name == "ddpm") {
        if (process.schedule == "constant") return "a smaller `process.beta`";
        return process.schedule.starts_with("cosine") ? "a larger `process.T`" : "a smaller `process.beta_start`";
    }
    if (process.name == "ve" || process.name == "edm") return "a smaller `process.sigma_min`";
    return process.name == "additive" ? "a smaller `process.s` or `process.t_min`" : "a smaller `process.t_min`";
}

/// How to end at a lower noise level.
std::string end_remedy(const sample::SamplingSpec& spec, const model::Model& model) {
    if (!spec.program.empty()) return "compile the program with more steps or a lower last level";
    if (!spec.timesteps.empty()) return "add a smaller last timestep to `timesteps`";
    const std::string levels = "use more `steps` or another `spacing`";
    return model.target ? fmt::format("{}, or {}", levels, last_level_remedy(model.process_settings)) : levels;
}

/// For Gaussian data with std s, the denoiser's output at the noise-to-signal ratio r has std s/hypot(1, r/s). A run
/// whose last evaluation is at r therefore has too small a std or, if it does not denoise at the end, too large a one
/// by a similar amount.
Note end_note(const sample::SamplingSpec& spec, const model::Model& model, const diffusion::Program& program) {
    if (!is_judged(spec, model)) return {};
    const auto last = std::find_if(program.ops.rbegin(), program.ops.rend(), [](const diffusion::Op& op) {
        return std::holds_alternative<diffusion::Eval>(op.instruction);
    });
    const double deviation = narrowest_deviation(model);
    if (last == program.ops.rend() || !(deviation > 0)) return {};
    const auto& eval = std::get<diffusion::Eval>(last->instruction);
    const double ratio = eval.sigma / eval.alpha;
    constexpr double kKept = 0.9;
    const double kept = 1 / std::hypot(1, ratio / deviation);
    if (kept >= kKept) return {};
    return fmt::format(
        "the last noise level (sigma/alpha = {:.3g}) is too high for the narrowest part of the data (std {:.3g}): the "
        "std of the samples there is off by {:.0f}% or more. To end at a lower noise level, {}",
        ratio, deviation, 100 * (1 - kept), end_remedy(spec, model));
}

}  // namespace

std::vector<std::string> run_notes(const sample::SamplingSpec& given, const model::Model& model,
                                   const diffusion::Program& program, const std::string& data) {
    // The end of a run is that of its branch.
    const sample::SamplingSpec spec = sample::as_whole_run(given);
    std::vector<std::string> notes;
    Note at_the_end = end_note(spec, model, program);
    if (!at_the_end) at_the_end = program_note(spec, model, program);
    for (Note note : {unverified_note(model), few_levels_note(spec, model), coarse_states_note(model),
                      caveat_note(spec), path_note(given, program), cut_data_note(spec, model, program, data),
                      sample::start_note(given, model, program), std::move(at_the_end)}) {
        if (note) notes.push_back(std::move(*note));
    }
    return notes;
}

}  // namespace scorefield::session
