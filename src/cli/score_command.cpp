#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "cli/commands.hpp"
#include "cli/notes.hpp"
#include "data/datasets.hpp"
#include "data/point_file.hpp"
#include "model/model.hpp"
#include "settings/resolve.hpp"
#include "study/comparison.hpp"

namespace scorefield::cli {
namespace {

constexpr std::size_t kDensityDraws = 10'000;
constexpr std::uint64_t kWhole = 100;  // percent

/// What a target with a density tells beyond the distances.
struct DensityScore {
    double log_density = 0;            ///< mean over the points
    double own_log_density = 0;        ///< mean over the target's own draws
    std::vector<double> weights = {};  ///< of a mixture's components
    std::vector<double> shares = {};   ///< of the points, by the component that answers for them most
};

struct Score {
    std::string samples_file;
    std::string reference;
    study::Comparison comparison;
    std::optional<DensityScore> density = {};
};

/// One side of the comparison, for error messages.
struct Side {
    std::string name;
    std::size_t count = 0;  ///< number of points; 0: unknown
    std::size_t dim = 0;
};

/// Whether the file seems to hold one point per column: few long rows, as many as the other side has coordinates.
bool looks_transposed(const Side& side, const Side& other) {
    return side.count == other.dim && side.count < side.dim;
}

std::string transpose_hint(const Side& side) {
    return fmt::format("transpose {}: it has {} {} of {} values, but each row should be a point", side.name, side.count,
                       side.count == 1 ? "row" : "rows", side.dim);
}

void require_same_dim(const Side& samples, const Side& other) {
    if (samples.dim == other.dim) return;
    std::string hint = "compare samples of the same data";
    if (looks_transposed(samples, other)) hint = transpose_hint(samples);
    if (looks_transposed(other, samples)) hint = transpose_hint(other);
    throw base::request_error("dimensions differ", samples.name,
                              fmt::format("{} here, {} in {}", samples.dim, other.dim, other.name), hint);
}

/// Returns the side of the samples.
Side side_of(const settings::Settings& settings, const data::Points& samples) {
    return {settings.files[0], samples.count, samples.dim};
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
void count_components(DensityScore& result, const diffusion::GaussianMixture& mixture, std::span<const double> points) {
    const auto dim = static_cast<std::size_t>(mixture.dim());
    const std::span<const diffusion::GaussianMixture::Component> components = mixture.components();
    for (const auto& component : components) result.weights.push_back(component.weight);
    result.shares.assign(components.size(), 0);
    for (std::size_t i = 0; i < points.size(); i += dim) {
        const std::size_t most = diffusion::likeliest_component(mixture, points.subspan(i, dim));
        result.shares[most] += static_cast<double>(dim) / static_cast<double>(points.size());
    }
}

DensityScore density_score(const diffusion::GaussianMixture& mixture, std::uint64_t seed, const data::Points& samples) {
    constexpr std::uint64_t kDensitySeeds = 0x1d9d'e45e'0000'0000;
    const std::vector<double> points = coordinates(samples);
    const std::vector<double> own = mixture.sample(kDensitySeeds + seed, {0, kDensityDraws});
    DensityScore result = {mean(mixture.log_density(points, {})), mean(mixture.log_density(own, {}))};
    count_components(result, mixture, points);
    return result;
}

/// Shows on a bar what share of a comparison is done.
data::ShareDone shown_on(base::Progress& bar) {
    return [&bar](double share) { bar.update(static_cast<std::uint64_t>(static_cast<double>(kWhole) * share)); };
}

Score score_of_data(const settings::Settings& settings, const data::Points& samples) {
    const std::unique_ptr<data::Dataset> data = data::open_dataset(settings.data);
    say(settings, data->notes());
    require_same_dim(side_of(settings, samples), {data->name(), data->size(), data->dim()});
    base::Progress bar("score", kWhole, "", !settings.quiet);
    return {settings.files[0], data->name(),
            study::compare(samples, *study::draws_of(*data, settings.seed), shown_on(bar))};
}

Score score_of_target(const settings::Settings& settings, const data::Points& samples) {
    const model::ScaledTarget target = settings::open_target(settings);
    say(settings, target.notes);
    const std::string& name = target.target->name();
    require_same_dim(side_of(settings, samples), {name, 0, static_cast<std::size_t>(target.target->dim())});
    base::Progress bar("score", kWhole, "", !settings.quiet);
    Score score = {settings.files[0], name,
                   study::compare(samples, *study::draws_of(target, settings.seed), shown_on(bar))};
    const auto* const mixture = dynamic_cast<const diffusion::GaussianMixture*>(target.target.get());
    if (mixture != nullptr) score.density = density_score(*mixture, settings.seed, samples);
    return score;
}

/// Samples of a run that diverged are no samples.
data::Points read_samples(const settings::Settings& settings, const std::string& file) {
    data::PointFile samples = data::read_point_file(file);
    if (samples.left_out() == 0) say(settings, samples.notes(file));
    const std::string hint =
        samples.is_plain_array
            ? "if the run diverged, sample again with more --steps, another --spacing or --sampler.clip; else remove "
              "these rows"
            : "remove these rows";
    return data::require_all_finite(std::move(samples), file, hint);
}

Score score_of_files(const settings::Settings& settings, const data::Points& samples) {
    const std::string& file = settings.files[1];
    const data::Points reference = read_samples(settings, file);
    require_same_dim(side_of(settings, samples), {file, reference.count, reference.dim});
    base::Progress bar("score", kWhole, "", !settings.quiet);
    return {settings.files[0], file, study::compare(samples, reference, file, shown_on(bar))};
}

nlohmann::ordered_json to_json(const data::CoordinateMoments& moments) {
    return {{"mean", moments.mean}, {"deviation", moments.deviation}};
}

std::string to_json(const Score& score) {
    const study::Comparison& result = score.comparison;
    nlohmann::ordered_json json = {
        {"samples_file", score.samples_file},
        {"reference_name", score.reference},
        {"points", result.points},
        {"reference_points", result.reference_points},
        {"draws", result.draws},
        {"samples", to_json(result.samples)},
        {"reference", to_json(result.reference)},
        {"sliced_w2", result.distances.sliced_w2},
        {"energy_distance", result.energy_distance},
        {"mmd", result.mmd},
        {"knn_two_sample", result.distances.two_sample},
        {"precision", result.distances.precision},
        {"recall", result.distances.recall},
    };
    if (result.own) {
        json["data_sliced_w2"] = result.own->sliced_w2;
        json["data_knn_two_sample"] = result.own->two_sample;
        json["data_precision"] = result.own->precision;
        json["data_recall"] = result.own->recall;
    }
    if (score.density) {
        json["log_density"] = score.density->log_density;
        json["target_log_density"] = score.density->own_log_density;
        json["weights"] = score.density->weights;
        json["shares"] = score.density->shares;
    }
    return base::json_line(json);
}

/// Means and deviations of both sets, a line for each coordinate.
std::string moments_text(const Score& score) {
    const data::CoordinateMoments& samples = score.comparison.samples;
    const data::CoordinateMoments& reference = score.comparison.reference;
    std::string text =
        fmt::format("\n{:<11}{:>14}{:>14}{:>14}{:>14}\n", "coordinate", "mean", "ref. mean", "std", "ref. std");
    for (std::size_t c = 0; c < samples.mean.size(); ++c) {
        text += fmt::format("{:<11}{:>14.6g}{:>14.6g}{:>14.6g}{:>14.6g}\n", c, samples.mean[c], reference.mean[c],
                            samples.deviation[c], reference.deviation[c]);
    }
    return text;
}

std::string density_text(const DensityScore& density) {
    std::string text =
        fmt::format("mean log density {:.4f}  (exact samples: {:.4f})\n", density.log_density, density.own_log_density);
    constexpr std::size_t kShown = 8;
    for (std::size_t k = 0; k < std::min(kShown, density.weights.size()); ++k) {
        text += fmt::format("component {:<6} {:.4f}  (weight {:.4f})\n", k, density.shares[k], density.weights[k]);
    }
    if (density.weights.size() > kShown) {
        text += fmt::format("… and {} more components\n", density.weights.size() - kShown);
    }
    return text;
}

std::string to_text(const Score& score) {
    const study::Comparison& result = score.comparison;
    std::string text = base::format_shown("{}: {} points against {} of {}\n", score.samples_file, result.points,
                                          result.reference_points, score.reference);
    const auto line = [&](const char* name, double study::Distances::*figure, const char* meaning) {
        text += fmt::format("{:<16} {:.4f}", name, result.distances.*figure);
        if (result.own) text += fmt::format("  data against data {:.4f}", (*result.own).*figure);
        text += meaning[0] == '\0' ? "\n" : fmt::format("  ({})\n", meaning);
    };
    line("sliced W2", &study::Distances::sliced_w2, "");
    line("k-NN two-sample", &study::Distances::two_sample, "0.5: indistinguishable; 1: disjoint");
    line("precision", &study::Distances::precision, "fraction of samples inside the support of the reference");
    line("recall", &study::Distances::recall, "fraction of the reference inside the support of the samples");
    text += fmt::format("energy distance  {:.4f}\nMMD              {:.4f}\n", result.energy_distance, result.mmd);
    if (score.density) text += density_text(*score.density);
    text += moments_text(score);
    if (result.draws > 1) {
        text += fmt::format(
            "\nSliced W2, the k-NN statistic, precision and recall are averaged over {} reference samples. ",
            result.draws);
    }
    return text + base::format_shown("{}Distances are in units of the standard deviation of each coordinate of {}.\n",
                                     result.draws > 1 ? "" : "\n", score.reference);
}

}  // namespace

int score_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    const data::Points samples = read_samples(settings, settings.files[0]);
    const Score score = !settings.target.empty()     ? score_of_target(settings, samples)
                        : settings.files.size() == 1 ? score_of_data(settings, samples)
                                                     : score_of_files(settings, samples);
    note_few_points(settings, std::min(score.comparison.points, score.comparison.reference_points));
    base::print(settings.json ? to_json(score) : to_text(score));
    return 0;
}

}  // namespace scorefield::cli
