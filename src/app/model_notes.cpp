#include "app/model_notes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <variant>

#include "app/output.hpp"
#include "base/error.hpp"
#include "data/datasets.hpp"

namespace scorefield::app {
namespace {

constexpr std::uint64_t kSeed = 0x11'3175'0000'0000;
constexpr std::uint32_t kDraws = 4096;

/// The tightest bound of a program on its estimates; infinite where there is none.
double limit_of(const diffusion::Program& program) {
    double limit = std::numeric_limits<double>::infinity();
    for (const diffusion::Op& op : program.ops) {
        if (const auto* clamp = std::get_if<diffusion::Clamp>(&op.instruction)) {
            limit = std::min(limit, std::max(std::abs(clamp->low), std::abs(clamp->high)));
        } else if (std::holds_alternative<diffusion::Threshold>(op.instruction)) {
            limit = std::min(limit, 1.0);
        }
    }
    return limit;
}

template <class Value>
double largest(std::span<const Value> values) {
    double most = 0;
    for (const Value value : values) most = std::max(most, static_cast<double>(std::abs(value)));
    return most;
}

/// How far the data reach in the model's units; 0 where they are not known.
double reach_of(const Settings& settings, const Model& model) {
    if (model.target) return largest<double>(model.target->sample(kSeed, {0, kDraws}));
    try {
        const auto dataset = data::open_dataset(settings.data.empty() ? model.data : settings.data);
        if (dataset->dim() != model.dim()) return 0;
        return largest<float>(data::standardise(dataset->draw(kSeed, 0, kDraws), model.scaling).values);
    } catch (const base::Error&) {
        return 0;  // a model runs without the file that it was trained on
    }
}

}  // namespace

void note_unverified(const Settings& settings, const Model& model) {
    if (settings.quiet || !model.checkpoint || model.checkpoint->verified) return;
    note(
        format_shown("scorefield: note: {} is half precision, which its checksum does not cover: damage would not be "
                     "noticed",
                     model.path.string()));
}

void note_cut_data(const Settings& settings, const Model& model, const diffusion::Program& program) {
    if (settings.quiet || settings.program.empty()) return;
    const double limit = limit_of(program);
    if (!std::isfinite(limit)) return;
    const double reach = reach_of(settings, model);
    if (!(reach > limit)) return;
    note(format_shown(
        "scorefield: note: {} limits estimates of x0 to ±{:.3g}, the data of {} reach ±{:.3g} in its units "
        "and are cut: compile it without the limit (clip_sample false)",
        settings.program, limit, model.name(), reach));
}

}  // namespace scorefield::app
