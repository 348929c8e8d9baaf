#include "diffusion/program_check.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "diffusion/exact_score.hpp"
#include "diffusion/interpreter.hpp"
#include "diffusion/moments.hpp"
#include "diffusion/target_mixture.hpp"

namespace scorefield::diffusion {
namespace {

std::vector<Eval> evaluations_with_noise(const Program& program) {
    std::vector<Eval> evals;
    for (const Op& op : program.ops) {
        const auto* eval = std::get_if<Eval>(&op.instruction);
        if (eval != nullptr && eval->alpha > 0 && eval->sigma > 0) evals.push_back(*eval);
    }
    return evals;
}

/// A few evaluations may stand between levels, or beyond the ends.
template <class Wrong>
bool more_than_a_tenth(const std::vector<Eval>& evals, const Wrong& wrong) {
    return 10 * std::ranges::count_if(evals, wrong) > static_cast<std::ptrdiff_t>(evals.size());
}

/// The evaluation of the largest error, if more than a tenth of them are off by more than `allowed` or one by more than
/// `largest`; else null.
template <class Error>
const Eval* worst_of_wrong(const std::vector<Eval>& evals, const Error& error, double allowed, double largest) {
    const auto wrong = [&](const Eval& eval) { return !(error(eval) <= allowed); };
    const auto far_off = [&](const Eval& eval) { return !(error(eval) <= largest); };
    if (!more_than_a_tenth(evals, wrong) && std::ranges::none_of(evals, far_off)) return nullptr;
    return &*std::ranges::max_element(evals, {}, error);
}

/// Other libraries round times to whole levels, down or to the nearest.
double allowed_time_error(const TimeRange& times) {
    constexpr double kOfRange = 1e-3;
    const double error = kOfRange * (times.highest - times.lowest);
    return times.discrete ? std::clamp(error, 0.5, 1.0) + 0.01 : error;
}

/// A time that is further from its level than any rounding, or that the process does not have, is wrong in every
/// evaluation.
double largest_time_error(const TimeRange& times) {
    constexpr double kOfRange = 0.02;
    return std::max(allowed_time_error(times), kOfRange * (times.highest - times.lowest));
}

std::string wrong_levels(const std::vector<Eval>& evals, const NoiseProcess& process,
                         const Parametrisation& parametrisation) {
    constexpr double kLogError = 0.01;
    constexpr double kLargestLogError = 0.2;
    const TimeRange times = process.times();
    const bool is_edm = parametrisation.prediction == Prediction::edm;
    const double allowed = is_edm ? kLogError / 4 : allowed_time_error(times);
    const double largest = is_edm ? kLargestLogError / 4 : largest_time_error(times);
    const auto error = [&](const Eval& eval) {
        const double log_snr = std::log(eval.alpha / eval.sigma);
        return std::abs(eval.c_noise - (is_edm ? -log_snr / 4 : process.time_at(log_snr)));
    };
    const Eval* const shown = worst_of_wrong(evals, error, allowed, largest);
    if (shown == nullptr) return {};
    const double ratio = shown->sigma / shown->alpha;
    const double own =
        parametrisation.prediction == Prediction::edm ? std::log(ratio) / 4 : process.time_at(-std::log(ratio));
    return fmt::format(
        "at sigma/alpha = {:.4g} it passes time {:.6g} to the network; the model uses {:.6g} for this level", ratio,
        shown->c_noise, own);
}

bool same(double a, double b) {
    constexpr double kRelative = 1e-5;
    return std::abs(a - b) <= kRelative * std::max({std::abs(a), std::abs(b), 1e-6});
}

/// Whether the evaluation is the estimate of data, noise or score by that prediction, and not the network's output as
/// it is, which every prediction may ask for.
bool is_estimate(const Eval& eval, const Parametrisation& parametrisation) {
    const Node node = {.t = eval.t,
                       .at = {eval.alpha, eval.sigma},
                       .c_in = parametrisation.prediction == Prediction::edm ? 1 : eval.c_in,
                       .c_noise = eval.c_noise};
    const std::array forms = {denoiser_form(parametrisation, node), noise_form(parametrisation, node),
                              score_form(parametrisation, node)};
    return std::ranges::any_of(forms, [&](const AffineForm& form) {
        const bool plain = form.c_skip == 0 && form.c_out == 1;
        return !plain && same(eval.c_skip, form.c_skip) && same(eval.c_out, form.c_out);
    });
}

std::string wrong_estimates(const std::vector<Eval>& evals, const Parametrisation& parametrisation) {
    const auto own = [&](const Eval& eval) { return is_estimate(eval, parametrisation); };
    for (std::size_t other = 0; other < kPredictions.size(); ++other) {
        const Parametrisation taken = {static_cast<Prediction>(other), parametrisation.sigma_data};
        if (taken.prediction == parametrisation.prediction) continue;
        if (more_than_a_tenth(evals, [&](const Eval& eval) { return is_estimate(eval, taken) && !own(eval); })) {
            return fmt::format("it treats the network output as {}, but the model predicts {}", kPredictions[other],
                               prediction_name(parametrisation.prediction));
        }
    }
    return {};
}

/// c_in must rescale the state to the alpha of the process at this noise level; for edm, to unit variance.
std::string wrong_input(const std::vector<Eval>& evals, const NoiseProcess& process,
                        const Parametrisation& parametrisation) {
    constexpr double kRelative = 1e-3;
    constexpr double kLargestRelative = 0.05;
    const auto expected = [&](const Eval& eval) {
        if (parametrisation.prediction == Prediction::edm) {
            return network_input(parametrisation, {.t = eval.t, .at = {eval.alpha, eval.sigma}}).c_in;
        }
        return process.marginal(process.time_at(std::log(eval.alpha / eval.sigma))).alpha / eval.alpha;
    };
    const auto error = [&](const Eval& eval) { return std::abs(eval.c_in / expected(eval) - 1); };
    const Eval* const shown = worst_of_wrong(evals, error, kRelative, kLargestRelative);
    if (shown == nullptr) return {};
    return fmt::format("at sigma/alpha = {:.4g} it multiplies the state by c_in = {:.6g}; {} it must be {:.6g}",
                       shown->sigma / shown->alpha, shown->c_in,
                       parametrisation.prediction == Prediction::edm
                           ? fmt::format("with sigma_data = {}", parametrisation.sigma_data)
                           : fmt::format("for the process {}", process.name()),
                       expected(*shown));
}

/// The processes' noise levels side by side, over the times that both have.
std::string other_process(const ProcessSettings& given, const NoiseProcess& process) {
    constexpr int kPlaces = 33;
    constexpr double kRelative = 1e-3;
    const std::shared_ptr<const NoiseProcess> own = make_process(given);
    const TimeRange times = process.times();
    for (int place = 0; place < kPlaces; ++place) {
        const double t =
            times.lowest_noisy + (times.highest - times.lowest_noisy) * static_cast<double>(place) / (kPlaces - 1);
        if (t > own->times().highest)
            return fmt::format("its process ends at t = {:.6g}, before that of the model", own->times().highest);
        const Marginal a = own->marginal(std::max(t, own->times().lowest));
        const Marginal b = process.marginal(t);
        const bool alike = std::abs(a.alpha * b.sigma - b.alpha * a.sigma) <=
                           kRelative * std::max(a.alpha * b.sigma, b.alpha * a.sigma);
        if (!alike) {
            return fmt::format("its process has sigma/alpha = {:.6g} at t = {:.6g}, that of the model {:.6g}",
                               a.sigma / a.alpha, t, b.sigma / b.alpha);
        }
    }
    return {};
}

}  // namespace

bool GaussianCheck::is_wrong(double tolerance) const {
    const double exact = std::sqrt(data.variance);
    const double ratio = deviation / exact;
    return !(std::abs(mean - data.mean) <= tolerance * exact && ratio <= 1 + tolerance && ratio >= 1 / (1 + tolerance));
}

std::optional<GaussianCheck> check_on_gaussian(const Program& program, const Parametrisation& parametrisation,
                                               const GaussianData& data) {
    constexpr double kMostOperations = 2e6;
    constexpr double kFewestParticles = 128;
    constexpr double kMostParticles = 512;
    constexpr std::uint64_t kSeed = 0x6a05'51a7'0000'0000;
    const std::vector<Eval> evals = evaluations_with_noise(program);
    const double particles = std::min(kMostParticles, kMostOperations / static_cast<double>(program.ops.size()));
    if (evals.empty() || program.mask_register >= 0 || particles < kFewestParticles) return {};
    // Inversion or Langevin dynamics: the result is not a sample of the data.
    if (!(evals.front().sigma * evals.back().alpha > 2 * evals.back().sigma * evals.front().alpha)) return {};
    const auto gaussian =
        std::make_shared<const GaussianMixture>(std::vector<MixtureComponent>{{1, {data.mean}, {data.variance}}});
    const ExactScore score(gaussian, parametrisation);
    const ScoreSource* const source = &score;
    const ParticleRange range = {0, static_cast<std::uint32_t>(particles)};
    const std::vector<double> start = gaussian->sample(kSeed, range, {evals.front().alpha, evals.front().sigma});
    try {
        const std::vector<double> ends = interpret(program, std::span(&source, 1), start, kSeed, range);
        const std::vector<float> rounded(ends.begin(), ends.end());
        const AxisMoments moments = moments_of(rounded, 1);
        return GaussianCheck{data, moments.mean[0], std::sqrt(moments.variance[0])};
    } catch (const base::Error&) {
        return {};  // the prediction is undefined at one of these levels
    }
}

std::string contradiction(const Program& program, const NoiseProcess& process, const Parametrisation& parametrisation) {
    if (program.evaluations() == 0) return {};
    if (!program.process.empty() && program.process != process.name()) {
        return fmt::format("it is for process {}, but the model uses {}", program.process, process.name());
    }
    if (program.prediction && *program.prediction != parametrisation.prediction) {
        return fmt::format("it is for prediction {}, but the model predicts {}", prediction_name(*program.prediction),
                           prediction_name(parametrisation.prediction));
    }
    if (program.process_settings) {
        if (std::string why = other_process(*program.process_settings, process); !why.empty()) return why;
    }
    const std::vector<Eval> evals = evaluations_with_noise(program);
    if (evals.empty()) return {};
    if (std::string why = wrong_estimates(evals, parametrisation); !why.empty()) return why;
    if (std::string why = wrong_levels(evals, process, parametrisation); !why.empty()) return why;
    return wrong_input(evals, process, parametrisation);
}

}  // namespace scorefield::diffusion
