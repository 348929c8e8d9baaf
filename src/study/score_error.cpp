#include "study/score_error.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>

#include "base/random.hpp"

namespace scorefield::study {
namespace {

constexpr std::uint64_t kDenseSeed = 0xde25'e000'0000'0001;
constexpr std::uint64_t kSparseSeed = 0xde25'e000'0000'0002;
constexpr std::size_t kPart = 256;  ///< points evaluated at a time

/// Calls evaluate(first, count) for parts of n points on all cores.
void in_parts(base::ThreadPool& pool, std::size_t points,
              const std::function<void(std::size_t first, std::size_t count)>& evaluate) {
    pool.run((points + kPart - 1) / kPart,
             [&](std::size_t part) { evaluate(part * kPart, std::min(kPart, points - part * kPart)); });
}

std::vector<double> exact_scores(base::ThreadPool& pool, const diffusion::Target& target,
                                 const std::vector<double>& points, const diffusion::Marginal& at) {
    const auto dim = static_cast<std::size_t>(target.dim());
    std::vector<double> scores(points.size());
    in_parts(pool, points.size() / dim, [&](std::size_t first, std::size_t count) {
        target.score(std::span(points).subspan(first * dim, count * dim), at,
                     std::span(scores).subspan(first * dim, count * dim));
    });
    return scores;
}

std::vector<double> log_densities(base::ThreadPool& pool, const diffusion::Target& target,
                                  const std::vector<double>& points, const diffusion::Marginal& at) {
    const auto dim = static_cast<std::size_t>(target.dim());
    std::vector<double> densities(points.size() / dim);
    in_parts(pool, densities.size(), [&](std::size_t first, std::size_t count) {
        target.evaluate(std::span(points).subspan(first * dim, count * dim), at,
                        {.log_density = std::span(densities).subspan(first, count)});
    });
    return densities;
}

std::vector<double> square_points(std::size_t dim, std::uint32_t count) {
    constexpr double kHalfSide = 2.5;
    std::vector<double> points;
    points.reserve(count * dim);
    for (std::uint32_t i = 0; i < count; ++i) {
        for (std::uint32_t e = 0; e < dim; ++e) {
            points.push_back(kHalfSide * (2 * base::uniform(kSparseSeed, i, e, 0, base::kDataStream) - 1));
        }
    }
    return points;
}

std::vector<double> rarer_than(const std::vector<double>& points, const std::vector<double>& densities, double limit) {
    const std::size_t dim = points.size() / densities.size();
    std::vector<double> rare;
    for (std::size_t i = 0; i < densities.size(); ++i) {
        if (densities[i] >= limit) continue;
        for (std::size_t e = 0; e < dim; ++e) rare.push_back(points[i * dim + e]);
    }
    return rare;
}

/// The density below which a hundredth of the points is.
double lowest_hundredth(std::vector<double> densities) {
    const auto place = densities.begin() + static_cast<std::ptrdiff_t>(densities.size() / 100);
    std::nth_element(densities.begin(), place, densities.end());
    return *place;
}

double relative_error(base::ThreadPool& pool, const diffusion::ScoreSource& network,
                      const diffusion::Parametrisation& parametrisation, const diffusion::Node& node,
                      const std::vector<double>& points, const std::vector<double>& exact) {
    const auto dim = static_cast<std::size_t>(network.dim());
    const diffusion::AffineForm form = score_form(parametrisation, node);
    const diffusion::NetworkInput input = network_input(parametrisation, node);
    diffusion::Eval at;
    at.t = node.t;
    at.alpha = node.at.alpha;
    at.sigma = node.at.sigma;
    at.c_in = input.c_in;
    at.c_noise = input.c_noise;
    std::vector<double> scaled(points.size());
    std::ranges::transform(points, scaled.begin(), [&](double x) { return input.c_in * node.at.alpha * x; });
    std::vector<double> output(points.size());
    in_parts(pool, points.size() / dim, [&](std::size_t first, std::size_t count) {
        network.evaluate(std::span(scaled).subspan(first * dim, count * dim), at,
                         std::span(output).subspan(first * dim, count * dim));
    });
    double wrong = 0;
    double total = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double score = form.c_skip * node.at.alpha * points[i] + form.c_out * output[i];
        wrong += std::pow(node.at.alpha * score - exact[i], 2);  // by x/α, not by x
        total += exact[i] * exact[i];
    }
    return std::sqrt(wrong / total);
}

}  // namespace

ScoreReference score_reference(base::ThreadPool& pool, const diffusion::Target& target, double ratio,
                               std::uint32_t points) {
    constexpr std::size_t kLeastShare = 20;
    const diffusion::Marginal at = {1, ratio};
    ScoreReference reference;
    reference.ratio = ratio;
    reference.dense = target.sample(kDenseSeed, {0, points}, at);
    const std::vector<double> square = square_points(static_cast<std::size_t>(target.dim()), points);
    const double limit = lowest_hundredth(log_densities(pool, target, reference.dense, at));
    reference.sparse = rarer_than(square, log_densities(pool, target, square, at), limit);
    if (reference.sparse.size() < square.size() / kLeastShare) reference.sparse.clear();
    reference.exact_dense = exact_scores(pool, target, reference.dense, at);
    reference.exact_sparse = exact_scores(pool, target, reference.sparse, at);
    return reference;
}

ScoreError score_error(base::ThreadPool& pool, const diffusion::ScoreSource& network,
                       const diffusion::Parametrisation& parametrisation, const diffusion::NoiseProcess& process,
                       const ScoreReference& reference) {
    const double t = process.time_at(-std::log(reference.ratio));
    const diffusion::Node node = {.t = t, .at = process.marginal(t), .c_in = 1, .c_noise = t};
    const auto error = [&](const std::vector<double>& points, const std::vector<double>& exact) {
        return relative_error(pool, network, parametrisation, node, points, exact);
    };
    return {error(reference.dense, reference.exact_dense),
            reference.sparse.empty() ? std::nullopt : std::optional(error(reference.sparse, reference.exact_sparse))};
}

}  // namespace scorefield::study
