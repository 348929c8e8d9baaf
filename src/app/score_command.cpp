#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/commands.hpp"
#include "app/model.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "data/datasets.hpp"
#include "data/distances.hpp"
#include "data/npy.hpp"
#include "data/scaling.hpp"

namespace scorefield::app {
namespace {

constexpr std::size_t kDraws = 5;  ///< one draw's sliced W2 scatters by half its value
constexpr std::size_t kFewestPoints = 10'000;

struct Comparison {
    std::string reference;
    std::size_t points = 0;
    std::size_t reference_points = 0;
    std::size_t draws = 1;
    data::Scaling scaling;
    double sliced_w2 = 0;  ///< mean over the draws
    double energy_distance = 0;
    double mmd = 0;
    std::optional<double> data_sliced_w2;   ///< mean over as many pairs of fresh draws
    std::optional<double> log_density;      ///< mean over the points, of a target that has one
    std::optional<double> own_log_density;  ///< mean over as many of the target's own draws
    std::vector<double> weights;            ///< of a mixture's components
    std::vector<double> shares;             ///< of the points, by the component that answers for them most
};

void require_same_dim(const std::string& file, std::size_t dim, const std::string& other, std::size_t other_dim) {
    if (dim == other_dim) return;
    throw base::request_error("dimensions differ", file, fmt::format("{} here, {} in {}", dim, other_dim, other),
                              "compare samples of the same data");
}

/// Draw `number` of the data, independent of every other number and of what a network was trained on.
data::Points fresh(const data::Dataset& data, std::uint64_t seed, std::size_t number, std::size_t count) {
    constexpr std::uint64_t kFreshSeeds = 0x5c04'ef1e'1d00'0000;
    return data::standardise(data.draw(kFreshSeeds + seed * (2 * kDraws) + number, 0, count), data.scaling());
}

/// What two sets of fresh draws tell: the mean distances, of the samples and of such draws, to fresh ones.
/// `draw(number, count)` gives draw `number` in standardised units.
template <class Draw>
void compare_to_draws(Comparison& result, const data::Points& scaled, const Draw& draw) {
    double own = 0;
    double sum = 0;
    for (std::size_t number = 0; number < kDraws; ++number) {
        const data::Points a = draw(2 * number, result.reference_points);
        const data::Points b = draw(2 * number + 1, scaled.count);
        sum += data::sliced_w2(scaled, a);
        own += data::sliced_w2(b, a);
        if (number > 0) continue;
        result.energy_distance = data::energy_distance(scaled, a);
        result.mmd = data::mmd(scaled, a);
    }
    result.draws = kDraws;
    result.sliced_w2 = sum / static_cast<double>(kDraws);
    result.data_sliced_w2 = own / static_cast<double>(kDraws);
}

Comparison compare_to_data(const Settings& settings, const data::Points& samples) {
    const std::unique_ptr<data::Dataset> data = data::open_dataset(settings.data);
    require_same_dim(settings.files[0], samples.dim, data->name(), data->dim());
    Comparison result;
    result.reference = data->name();
    result.points = samples.count;
    result.reference_points = std::max(samples.count, kFewestPoints);
    result.scaling = data->scaling();
    compare_to_draws(result, data::standardise(samples, result.scaling),
                     [&](std::size_t number, std::size_t count) { return fresh(*data, settings.seed, number, count); });
    return result;
}

data::Points as_points(const std::vector<double>& values, std::size_t dim) {
    return {values.size() / dim, dim, {values.begin(), values.end()}};
}

std::vector<double> coordinates(const data::Points& points) {
    std::vector<double> values(points.values.begin(), points.values.end());
    if (points.origin.empty()) return values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += points.origin[i % points.dim];
    return values;
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Weights of the components and the shares of `points`, (n, d), that each of them answers for most.
void count_components(Comparison& result, const diffusion::GaussianMixture& mixture, std::span<const double> points) {
    const auto dim = static_cast<std::size_t>(mixture.dim());
    const std::span<const diffusion::GaussianMixture::Component> components = mixture.components();
    for (const auto& component : components) result.weights.push_back(component.weight);
    result.shares.assign(components.size(), 0);
    for (std::size_t i = 0; i < points.size(); i += dim) {
        const std::size_t most = diffusion::likeliest_component(mixture, points.subspan(i, dim));
        result.shares[most] += static_cast<double>(dim) / static_cast<double>(points.size());
    }
}

/// Every number of the target's seed names draws of its own.
std::vector<double> target_draws(const diffusion::Target& target, std::uint64_t seed, std::size_t number,
                                 std::size_t count) {
    constexpr std::uint64_t kTargetSeeds = 0x7a46'e7d0'a500'0000;
    return target.sample(kTargetSeeds + seed * (2 * kDraws) + number, {0, static_cast<std::uint32_t>(count)});
}

Comparison compare_to_target(const Settings& settings, const data::Points& samples) {
    const ScaledTarget scaled = open_target(settings);
    const diffusion::Target* const target = scaled.target.get();
    const auto dim = static_cast<std::size_t>(target->dim());
    require_same_dim(settings.files[0], samples.dim, target->name(), dim);
    Comparison result;
    result.reference = target->name();
    result.points = samples.count;
    result.reference_points = std::max(samples.count, kFewestPoints);
    const auto draw = [&](std::size_t number, std::size_t count) {
        return data::undo(as_points(target_draws(*target, settings.seed, number, count), dim), scaled.scaling);
    };
    result.scaling = data::estimate_scaling(draw(0, result.reference_points), target->name());
    compare_to_draws(result, data::standardise(samples, result.scaling), [&](std::size_t number, std::size_t count) {
        return data::standardise(draw(number, count), result.scaling);
    });
    const auto* mixture = dynamic_cast<const diffusion::GaussianMixture*>(target);
    if (mixture == nullptr) return result;
    const std::vector<double> points = coordinates(samples);
    result.log_density = mean(target->log_density(points, {}));
    result.own_log_density = mean(target->log_density(target_draws(*target, settings.seed, 0, kFewestPoints), {}));
    count_components(result, *mixture, points);
    return result;
}

Comparison compare_files(const Settings& settings, const data::Points& samples) {
    const std::string& file = settings.files[1];
    const data::Points reference = data::read_precise_points(file);
    require_same_dim(settings.files[0], samples.dim, file, reference.dim);
    Comparison result;
    result.reference = file;
    result.points = samples.count;
    result.reference_points = reference.count;
    result.scaling = data::estimate_scaling(reference, file, data::Centre::own);
    const data::Points a = data::standardise(samples, result.scaling);
    const data::Points b = data::standardise(reference, result.scaling);
    result.sliced_w2 = data::sliced_w2(a, b);
    result.energy_distance = data::energy_distance(a, b);
    result.mmd = data::mmd(a, b);
    return result;
}

std::string to_json(const Settings& settings, const Comparison& result) {
    nlohmann::ordered_json json = {
        {"samples", settings.files[0]},
        {"reference", result.reference},
        {"points", result.points},
        {"reference_points", result.reference_points},
        {"draws", result.draws},
        {"mean", result.scaling.mean},
        {"deviation", result.scaling.deviation},
        {"sliced_w2", result.sliced_w2},
        {"energy_distance", result.energy_distance},
        {"mmd", result.mmd},
    };
    if (result.data_sliced_w2) json["data_sliced_w2"] = *result.data_sliced_w2;
    if (result.log_density) json["log_density"] = *result.log_density;
    if (result.own_log_density) json["target_log_density"] = *result.own_log_density;
    if (!result.weights.empty()) {
        json["weights"] = result.weights;
        json["shares"] = result.shares;
    }
    return json_line(json);
}

std::string to_text(const Settings& settings, const Comparison& result) {
    std::string text = fmt::format("{}: {} points against {} of {}\n", settings.files[0], result.points,
                                   result.reference_points, result.reference);
    if (result.data_sliced_w2) {
        text += fmt::format("sliced W2        {:.4f}  (mean of {} fresh draws; data against data {:.4f})\n",
                            result.sliced_w2, result.draws, *result.data_sliced_w2);
    } else {
        text += fmt::format("sliced W2        {:.4f}\n", result.sliced_w2);
    }
    text += fmt::format("energy distance  {:.4f}\nMMD              {:.4f}\n", result.energy_distance, result.mmd);
    if (result.log_density) {
        text += fmt::format("log density      {:.4f}  (of its own draws {:.4f})\n", *result.log_density,
                            *result.own_log_density);
    }
    constexpr std::size_t kShown = 8;
    for (std::size_t k = 0; k < std::min(kShown, result.weights.size()); ++k) {
        text += fmt::format("component {:<6} {:.4f}  (weight {:.4f})\n", k, result.shares[k], result.weights[k]);
    }
    if (result.weights.size() > kShown) text += fmt::format("and {} components more\n", result.weights.size() - kShown);
    return text +
           fmt::format("in units of {}'s standard deviation, {:.6g}\n", result.reference, result.scaling.deviation);
}

}  // namespace

int score_command(const Settings& settings) {
    const data::Points samples = data::read_precise_points(settings.files[0]);
    const Comparison result = !settings.target.empty()     ? compare_to_target(settings, samples)
                              : settings.files.size() == 1 ? compare_to_data(settings, samples)
                                                           : compare_files(settings, samples);
    print(settings.json ? to_json(settings, result) : to_text(settings, result));
    return 0;
}

}  // namespace scorefield::app
