#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
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
    std::optional<double> data_sliced_w2;  ///< mean over as many pairs of fresh draws
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

Comparison compare_to_data(const Settings& settings, const data::Points& samples) {
    const std::unique_ptr<data::Dataset> data = data::open_dataset(settings.data);
    require_same_dim(settings.files[0], samples.dim, data->name(), data->dim());
    Comparison result;
    result.reference = data->name();
    result.points = samples.count;
    result.reference_points = std::max(samples.count, kFewestPoints);
    result.draws = kDraws;
    result.scaling = data->scaling();
    const data::Points scaled = data::standardise(samples, result.scaling);
    double data_sum = 0;
    double sample_sum = 0;
    for (std::size_t draw = 0; draw < kDraws; ++draw) {
        const data::Points a = fresh(*data, settings.seed, 2 * draw, result.reference_points);
        const data::Points b = fresh(*data, settings.seed, 2 * draw + 1, samples.count);
        sample_sum += data::sliced_w2(scaled, a);
        data_sum += data::sliced_w2(b, a);
        if (draw > 0) continue;
        result.energy_distance = data::energy_distance(scaled, a);
        result.mmd = data::mmd(scaled, a);
    }
    result.sliced_w2 = sample_sum / static_cast<double>(kDraws);
    result.data_sliced_w2 = data_sum / static_cast<double>(kDraws);
    return result;
}

Comparison compare_files(const Settings& settings, const data::Points& samples) {
    const std::string& file = settings.files[1];
    const data::Points reference = data::read_points(file);
    require_same_dim(settings.files[0], samples.dim, file, reference.dim);
    Comparison result;
    result.reference = file;
    result.points = samples.count;
    result.reference_points = reference.count;
    result.scaling = data::estimate_scaling(reference, file);
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
    return text +
           fmt::format("in units of {}'s standard deviation, {:.6g}\n", result.reference, result.scaling.deviation);
}

}  // namespace

int score_command(const Settings& settings) {
    const data::Points samples = data::read_points(settings.files[0]);
    const Comparison result =
        settings.files.size() == 1 ? compare_to_data(settings, samples) : compare_files(settings, samples);
    print(settings.json ? to_json(settings, result) : to_text(settings, result));
    return 0;
}

}  // namespace scorefield::app
