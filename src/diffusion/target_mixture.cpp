#include "diffusion/target_mixture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"
#include "diffusion/eigen_symmetric.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kRoundingTolerance = 1e-12;  // relative to the largest entry; eigenvalues may fall as far below 0

[[noreturn]] void refuse(std::size_t component, const std::string& why) {
    throw base::request_error("invalid Gaussian mixture", fmt::format("component {}", component), why);
}

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void check(const MixtureComponent& component, std::size_t index, std::size_t dim) {
    if (!(component.weight > 0 && std::isfinite(component.weight))) refuse(index, "its weight is not positive");
    if (component.mean.size() != dim) refuse(index, fmt::format("its mean has not {} entries", dim));
    if (component.covariance.size() != dim * dim) refuse(index, fmt::format("its covariance is not {0} x {0}", dim));
    if (!all_finite(component.mean) || !all_finite(component.covariance)) refuse(index, "a number is not finite");
}

/// Eigenvalues and axes of the covariance, those within rounding of 0 set to 0.
EigenSystem decompose(const std::vector<double>& covariance, std::size_t index, std::size_t dim) {
    double largest = 0;
    for (const double entry : covariance) largest = std::max(largest, std::abs(entry));
    const double tolerance = kRoundingTolerance * largest;
    for (std::size_t i = 0; i < dim; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (std::abs(covariance[i * dim + j] - covariance[j * dim + i]) > tolerance) {
                refuse(index, "its covariance is not symmetric");
            }
        }
    }
    EigenSystem system = eigen_symmetric(covariance, dim);
    for (double& value : system.values) {
        if (value < -tolerance) refuse(index, fmt::format("its covariance has the negative eigenvalue {}", value));
        value = std::max(value, 0.0);
    }
    return system;
}

std::size_t common_dim(const std::vector<MixtureComponent>& components) {
    if (components.empty()) throw base::request_error("invalid Gaussian mixture", "", "it has no component");
    const std::size_t dim = components[0].mean.size();
    if (dim < 1 || dim > 3) refuse(0, fmt::format("{} dimensions are not 1, 2 or 3", dim));
    return dim;
}

/// Standard deviation of αx + σε where x has `variance`.
double noisy_deviation(double variance, const Marginal& at) {
    return std::hypot(at.alpha * std::sqrt(variance), at.sigma);
}

/// A component under a marginal. With y = whitening·(x − mean): log joint = log_norm − |y|²/2,
/// score = −whiteningᵀ·y, denoised = clean_mean + whiteningᵀ·(gains·y).
template <std::size_t D>
struct View {
    double log_norm = 0;
    std::array<double, D> clean_mean;
    std::array<double, D> mean;
    std::array<double, D> gains;  ///< αλ_j
    std::array<std::array<double, D>, D> whitening;

    View(const GaussianMixture::Component& component, const Marginal& at) : log_norm(std::log(component.weight)) {
        for (std::size_t j = 0; j < D; ++j) {
            const double deviation = noisy_deviation(component.variances[j], at);
            log_norm -= std::log(deviation) + std::log(2 * std::numbers::pi) / 2;
            clean_mean[j] = component.mean[j];
            mean[j] = at.alpha * component.mean[j];
            gains[j] = at.alpha * component.variances[j];
            for (std::size_t e = 0; e < D; ++e) whitening[j][e] = component.axes[j * D + e] / deviation;
        }
    }

    std::array<double, D> whitened(const double* x) const {
        std::array<double, D> y = {};
        for (std::size_t j = 0; j < D; ++j) {
            for (std::size_t e = 0; e < D; ++e) y[j] += whitening[j][e] * (x[e] - mean[e]);
        }
        return y;
    }

    double log_joint(const double* x) const {
        double square = 0;
        for (const double y : whitened(x)) square += y * y;
        return log_norm - square / 2;
    }

    /// Adds `weight` times score and denoised.
    void add(double weight, const double* x, std::array<double, D>& score, std::array<double, D>& denoised) const {
        const std::array<double, D> y = whitened(x);
        for (std::size_t e = 0; e < D; ++e) {
            denoised[e] += weight * clean_mean[e];
            for (std::size_t j = 0; j < D; ++j) {
                score[e] -= weight * whitening[j][e] * y[j];
                denoised[e] += weight * whitening[j][e] * gains[j] * y[j];
            }
        }
    }
};

template <std::size_t D>
void evaluate_points(std::span<const GaussianMixture::Component> components, std::span<const double> x,
                     const Marginal& at, const TargetAnswers& answers) {
    std::vector<View<D>> views;
    views.reserve(components.size());
    for (const GaussianMixture::Component& component : components) views.emplace_back(component, at);

    std::vector<double> joints(views.size());
    for (std::size_t i = 0; i < x.size() / D; ++i) {
        const double* point = &x[i * D];
        double largest = -std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < views.size(); ++k) {
            joints[k] = views[k].log_joint(point);
            largest = std::max(largest, joints[k]);
        }
        double sum = 0;
        std::array<double, D> score = {};
        std::array<double, D> denoised = {};
        for (std::size_t k = 0; k < views.size(); ++k) {
            const double weight = std::exp(joints[k] - largest);
            if (weight == 0) continue;
            sum += weight;
            views[k].add(weight, point, score, denoised);
        }
        if (!answers.log_density.empty()) answers.log_density[i] = largest + std::log(sum);
        for (std::size_t e = 0; e < D; ++e) {
            if (!answers.score.empty()) answers.score[i * D + e] = score[e] / sum;
            if (!answers.denoised.empty()) answers.denoised[i * D + e] = denoised[e] / sum;
        }
    }
}

}  // namespace

GaussianMixture::GaussianMixture(const std::vector<MixtureComponent>& components, const std::string& name)
    : Target(name, static_cast<int>(common_dim(components))) {
    const std::size_t dim = components[0].mean.size();
    double total = 0;
    for (std::size_t k = 0; k < components.size(); ++k) {
        check(components[k], k, dim);
        total += components[k].weight;
    }
    components_.resize(components.size());
    cumulative_.reserve(components.size());
    for (std::size_t k = 0; k < components.size(); ++k) {
        const EigenSystem system = decompose(components[k].covariance, k, dim);
        Component& component = components_[k];
        component.weight = components[k].weight / total;
        std::copy(components[k].mean.begin(), components[k].mean.end(), component.mean.begin());
        std::copy(system.values.begin(), system.values.end(), component.variances.begin());
        std::copy(system.vectors.begin(), system.vectors.end(), component.axes.begin());
        cumulative_.push_back(component.weight + (k == 0 ? 0 : cumulative_.back()));
    }
}

void GaussianMixture::evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const {
    if (dim() == 1) return evaluate_points<1>(components_, x, at, answers);
    if (dim() == 2) return evaluate_points<2>(components_, x, at, answers);
    evaluate_points<3>(components_, x, at, answers);
}

/// The moments of the mixture, from those of its components. Each has a mean and the diagonal of the covariance
/// Σ_j λ_j v_j v_jᵀ.
AxisMoments GaussianMixture::moments() const {
    const auto d = static_cast<std::size_t>(dim());
    AxisMoments all = {std::vector<double>(d, 0.0), std::vector<double>(d, 0.0)};
    for (const Component& component : components_) {
        for (std::size_t e = 0; e < d; ++e) all.mean[e] += component.weight * component.mean[e];
    }
    for (const Component& component : components_) {
        for (std::size_t e = 0; e < d; ++e) {
            const double offset = component.mean[e] - all.mean[e];
            double variance = offset * offset;
            for (std::size_t j = 0; j < d; ++j) {
                variance += component.variances[j] * component.axes[j * d + e] * component.axes[j * d + e];
            }
            all.variance[e] += component.weight * variance;
        }
    }
    return all;
}

void GaussianMixture::draw(std::uint64_t seed, ParticleRange range, const Marginal& at,
                           std::span<double> points) const {
    const auto d = static_cast<std::size_t>(dim());
    for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t particle = range.first + i;
        const double u = base::uniform(seed, particle, 0, 0, base::kDataStream);
        const auto above = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) - cumulative_.begin();
        const Component& component = components_[static_cast<std::size_t>(above)];
        const auto z = base::normal4(seed, particle, 0, 1, base::kDataStream);
        const std::span<double> point = points.subspan(i * d, d);
        for (std::size_t e = 0; e < d; ++e) {
            point[e] = at.alpha * component.mean[e];
            for (std::size_t j = 0; j < d; ++j) {
                const double deviation = noisy_deviation(component.variances[j], at);
                point[e] += deviation * static_cast<double>(z[j]) * component.axes[j * d + e];
            }
        }
    }
}

std::size_t likeliest_component(const GaussianMixture& mixture, std::span<const double> x) {
    const std::size_t dim = x.size();
    std::size_t likeliest = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t k = 0; k < mixture.components().size(); ++k) {
        const GaussianMixture::Component& component = mixture.components()[k];
        double log_joint = std::log(component.weight);
        for (std::size_t j = 0; j < dim; ++j) {
            double offset = 0;
            for (std::size_t e = 0; e < dim; ++e) offset += component.axes[j * dim + e] * (x[e] - component.mean[e]);
            log_joint -= (offset * offset / component.variances[j] + std::log(component.variances[j])) / 2;
        }
        if (log_joint <= most) continue;
        most = log_joint;
        likeliest = k;
    }
    return likeliest;
}

}  // namespace scorefield::diffusion
