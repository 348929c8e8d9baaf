#include "sample/start.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/output.hpp"
#include "base/text.hpp"
#include "data/npy.hpp"
#include "data/point_file.hpp"
#include "data/scaling.hpp"
#include "diffusion/exact_draws.hpp"
#include "diffusion/target_mixture.hpp"
#include "sample/build_program.hpp"

namespace scorefield::sample {
namespace {

using diffusion::AxisMoments;
using diffusion::Marginal;

data::Points read_states(const SamplingSpec& spec, const model::Model& model) {
    data::Points states = read_start_states(spec.start.file);
    if (states.dim != model.dim() || states.count != spec.particles) {
        throw base::request_error("initial states have the wrong shape", spec.start.file,
                                  fmt::format("it holds ({}, {}), the run needs ({}, {})", states.count, states.dim,
                                              spec.particles, model.dim()),
                                  "give one row per particle, or leave `particles` out");
    }
    return data::standardise(std::move(states), file_scaling(spec, model));
}

/// Mean and deviation of a start beside those of the density at the first level, in its deviations.
struct Difference {
    std::size_t coordinate = 0;
    double shift = 0;      ///< of the mean
    double ratio = 1;      ///< of the deviations
    double magnitude = 0;  ///< what of the two is larger
};

Difference difference_of(const AxisMoments& start, const AxisMoments& density) {
    Difference largest;
    for (std::size_t c = 0; c < density.mean.size(); ++c) {
        const double deviation = std::sqrt(density.variance[c]);
        if (!(deviation > 0)) continue;
        const double shift = (start.mean[c] - density.mean[c]) / deviation;
        const double ratio = std::sqrt(start.variance[c]) / deviation;
        const double magnitude = std::max(std::abs(shift), ratio > 0 ? std::abs(std::log(ratio)) : 1.0);
        if (magnitude > largest.magnitude) largest = {c, shift, ratio, magnitude};
    }
    return largest;
}

AxisMoments moments_of_law(const diffusion::StartLaw& law, std::size_t dim) {
    AxisMoments moments;
    for (std::size_t c = 0; c < dim; ++c) {
        moments.mean.push_back(law.mean_of(c));
        moments.variance.push_back(law.scale_of(c) * law.scale_of(c));
    }
    return moments;
}

/// The largest share of a coordinate's variance that the data still make at the level.
double signal_share(const AxisMoments& clean, const Marginal& at) {
    double share = 0;
    for (const double variance : clean.variance) {
        const double signal = at.alpha * at.alpha * variance;
        if (signal > 0) share = std::max(share, signal / (signal + at.sigma * at.sigma));
    }
    return share;
}

std::string level_text(const Marginal& at) {
    return fmt::format("the first noise level (alpha {:.4g}, sigma {:.4g})", at.alpha, at.sigma);
}

constexpr std::string_view kMoreNoise =
    "start at a higher noise level (larger `process.T` or sigma, another `spacing`)";

std::string remedy(const SamplingSpec& spec, const model::Model& model) {
    const std::string better = model.target ? "`init` exact" : "`init` matched";
    if (!spec.program.empty()) return fmt::format("Use {}, or compile the program for this model", better);
    return fmt::format("Use {}, or {}", better, kMoreNoise);
}

/// A Gaussian without correlations is known by mean and variance of its coordinates.
bool is_independent_normal(const model::Model& model) {
    const auto* const mixture = dynamic_cast<const diffusion::GaussianMixture*>(model.target.get());
    return mixture != nullptr && mixture->components().size() == 1 && mixture->components().front().is_diagonal();
}

}  // namespace

data::Points read_start_states(const std::string& path) {
    return data::require_all_finite(data::read_npy_points(path), path,
                                    "remove rows with NaN or infinity, and reduce `particles` accordingly");
}

data::Scaling file_scaling(const SamplingSpec& spec, const model::Model& model) {
    return spec.data_units ? model.scaling : data::Scaling::identity(model.dim());
}

/// Below this share of the variance the data are no more than a shift and a width of the noise.
constexpr double kLittleSignal = 0.01;

StartKind start_in_effect(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program) {
    const StartKind kind = spec.start.kind.value_or(StartKind::matched);
    if (spec.start.kind || !spec.program.empty() || !model.target || !model.clean_moments) return kind;
    if (diffusion::sampler_info(spec.sampler.name).from_data) return kind;
    const double share = signal_share(*model.clean_moments, first_level(spec, model, program));
    return !is_independent_normal(model) && share > kLittleSignal ? StartKind::exact : kind;
}

std::string start_text(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program) {
    const StartKind kind = start_in_effect(spec, model, program);
    return kind == StartKind::file ? spec.start.file : std::string(kStarts.at(static_cast<std::size_t>(kind)));
}

StartRows start_rows(const SamplingSpec& spec, const model::Model& model, const diffusion::Program& program) {
    switch (start_in_effect(spec, model, program)) {
        case StartKind::matched:
        case StartKind::prior:
            return {};
        case StartKind::exact: {
            if (!model.target) {
                throw base::request_error("no exact marginal to start from", "`init`",
                                          "only an exact target has a known marginal",
                                          "use `init` matched, or choose a `target`");
            }
            const Marginal at = first_level(spec, model, program);
            return [target = model.target, seed = spec.seed, at](std::uint32_t first, std::span<float> rows) {
                diffusion::draw_exact(*target, seed, first, at, rows);
            };
        }
        case StartKind::file:
            break;
    }
    const auto states = std::make_shared<const std::vector<float>>(read_states(spec, model).values);
    return [states, dim = model.dim()](std::uint32_t first, std::span<float> rows) {
        const auto from = states->begin() + static_cast<std::ptrdiff_t>(first * dim);
        std::copy(from, from + static_cast<std::ptrdiff_t>(rows.size()), rows.begin());
    };
}

std::optional<std::string> start_note(const SamplingSpec& spec, const model::Model& model,
                                      const diffusion::Program& program) {
    const bool from_data = spec.program.empty() && diffusion::sampler_info(spec.sampler.name).from_data;
    const StartKind kind = start_in_effect(spec, model, program);
    if (model.in_training || kind == StartKind::exact || program.evaluations() == 0) return {};
    if (from_data && kind != StartKind::file) return {};
    const std::size_t dim = model.dim();
    const AxisMoments clean = model.clean_moments.value_or(
        AxisMoments{std::vector<double>(dim, 0.0), std::vector<double>(dim, model.target ? 0.0 : 1.0)});
    const Marginal at = first_level(spec, model, program);
    const AxisMoments density = diffusion::marginal_moments(clean, at);
    if (kind == StartKind::file) {
        constexpr double kSmallestRatio = 1.25;
        constexpr double kStandardErrors = 4;
        const data::Points states = read_states(spec, model);
        const Difference found = difference_of(diffusion::moments_of(states.values, dim), density);
        const double sampling_error = kStandardErrors / std::sqrt(static_cast<double>(states.count));
        // A subset of the data is a valid start too and may be narrower, so only too large a std counts.
        const double difference = from_data ? std::log(std::max(found.ratio, 1.0)) : found.magnitude;
        if (difference < std::max(std::log(kSmallestRatio), sampling_error)) return {};
        return fmt::format(
            "the states in {} do not match the marginal at {}: in coordinate {} the mean is off by {:.3g} std and the "
            "std is {:.3g} times the expected one. Check `units`, and that the states belong to this noise level",
            spec.start.file, level_text(at), found.coordinate, found.shift, found.ratio);
    }
    constexpr double kSmall = 0.03;
    const Difference found = difference_of(moments_of_law(program.start, dim), density);
    if (found.magnitude > kSmall) {
        return fmt::format(
            "the initial distribution differs from the marginal at {}: in coordinate {} its mean is off by {:.3g} std "
            "and its std is {:.3g} times the true one. The samples keep this error. {}",
            level_text(at), found.coordinate, found.shift, found.ratio, remedy(spec, model));
    }
    const double share = signal_share(clean, at);
    if (share <= kLittleSignal || is_independent_normal(model)) return {};
    return fmt::format(
        "at {}, the data still contribute {:.3g}% of the variance, but the initial distribution is Gaussian (only its "
        "mean and variance match). {}",
        level_text(at), 100 * share, model.target ? "Use `init` exact" : fmt::format("To avoid this, {}", kMoreNoise));
}

}  // namespace scorefield::sample
