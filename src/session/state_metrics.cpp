#include "session/state_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/random.hpp"
#include "base/short_number.hpp"
#include "data/distances.hpp"
#include "data/neighbours.hpp"

namespace scorefield::session {
namespace {

constexpr std::uint64_t kNoiseSeed = 0x3e75'1c00'0000'0000;
constexpr std::size_t kMostModes = 4;  ///< that a caption has room for

data::Points first_of(const data::Points& points, std::size_t count) {
    const auto end = points.values.begin() + static_cast<std::ptrdiff_t>(count * points.dim);
    return {count, points.dim, {points.values.begin(), end}};
}

/// Every `stride`-th point from `first` on, under noise.
data::Points under_noise(const data::Points& data, std::size_t first, std::size_t stride, std::size_t count,
                         const diffusion::Marginal& at) {
    data::Points noised = {count, data.dim, std::vector<float>(count * data.dim)};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t point = first + i * stride;
        for (std::size_t e = 0; e < data.dim; ++e) {
            const float noise = base::normal(kNoiseSeed, static_cast<std::uint32_t>(point),
                                             static_cast<std::uint32_t>(e), 0, base::kDataStream);
            noised.values[i * data.dim + e] =
                static_cast<float>(at.alpha * static_cast<double>(data.values[point * data.dim + e]) +
                                   at.sigma * static_cast<double>(noise));
        }
    }
    return noised;
}

/// The mixture of the states.
diffusion::GaussianMixture under_noise(const diffusion::GaussianMixture& mixture, const diffusion::Marginal& at) {
    std::vector<diffusion::GaussianMixture::Component> components(mixture.components().begin(),
                                                                  mixture.components().end());
    for (auto& component : components) {
        for (double& mean : component.mean) mean *= at.alpha;
        for (double& variance : component.variances) variance = at.alpha * at.alpha * variance + at.sigma * at.sigma;
    }
    return {mixture.name(), std::move(components)};
}

std::vector<double> shares(const data::Points& points, const diffusion::GaussianMixture& mixture) {
    std::vector<double> result(mixture.components().size(), 0);
    for (std::size_t i = 0; i < points.count; ++i) {
        const auto row = std::span(points.values).subspan(i * points.dim, points.dim);
        const std::vector<double> x(row.begin(), row.end());
        result[diffusion::likeliest_component(mixture, x)] += 1.0 / static_cast<double>(points.count);
    }
    return result;
}

std::string shares_text(const std::vector<double>& shares) {
    std::string text;
    for (const double share : shares) text += fmt::format("{}{:.2f}", text.empty() ? "" : " ", share);
    return text;
}

}  // namespace

StateMetrics state_metrics(const MetricsQuestion& question, const std::function<void()>& check_cancelled) {
    const auto check = [&] {
        if (check_cancelled) check_cancelled();
    };
    const data::Points& data = *question.data;
    const std::size_t count = std::min({kMetricParticles, question.particles.count, data.count / 2});
    const data::Points particles = first_of(question.particles, count);
    const std::size_t stride = data.count / (2 * count);
    const data::Points reference = under_noise(data, 0, 2 * stride, count, question.at);
    const data::Points other = under_noise(data, stride, 2 * stride, count, question.at);
    check();
    StateMetrics metrics;
    // One thread: frames are drawn beside it.
    metrics.two_sample = data::compare_neighbours(particles, reference, 1, [&](double) { check(); }).two_sample;
    const data::SlicedQuantiles wanted(reference);
    check();
    metrics.sliced_w2 = data::sliced_w2(data::SlicedQuantiles(particles), wanted);
    check();
    metrics.data_sliced_w2 = data::sliced_w2(data::SlicedQuantiles(other), wanted);
    if (question.mixture && question.mixture->components().size() <= kMostModes) {
        const diffusion::GaussianMixture mixture = under_noise(*question.mixture, question.at);
        metrics.mode_shares = shares(particles, mixture);
        metrics.data_mode_shares = shares(reference, mixture);
    }
    return metrics;
}

std::vector<std::string> metrics_lines(const StateMetrics& metrics) {
    std::vector<std::string> lines = {fmt::format("k-NN {:.3f}   W2 {} (data {})", metrics.two_sample,
                                                  base::short_number(metrics.sliced_w2, 2),
                                                  base::short_number(metrics.data_sliced_w2, 2))};
    if (!metrics.mode_shares.empty()) {
        lines.push_back(
            fmt::format("modes {} (data {})", shares_text(metrics.mode_shares), shares_text(metrics.data_mode_shares)));
    }
    return lines;
}

}  // namespace scorefield::session
