#include "diffusion/targets.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "base/error.hpp"
#include "base/random.hpp"
#include "diffusion/eigen_symmetric.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kSymmetryTolerance = 1e-12;  // relative to the largest entry; eigenvalues may fall as far below 0

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
    const double tolerance = kSymmetryTolerance * largest;
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

double log_sum_exp(const std::vector<double>& values) {
    const double largest = *std::max_element(values.begin(), values.end());
    double sum = 0;
    for (const double value : values) sum += std::exp(value - largest);
    return largest + std::log(sum);
}

}  // namespace

GaussianMixture::GaussianMixture(const std::vector<MixtureComponent>& components) {
    if (components.empty()) throw base::request_error("invalid Gaussian mixture", "", "it has no component");
    const std::size_t dim = components[0].mean.size();
    if (dim < 1 || dim > 3) refuse(0, fmt::format("{} dimensions are not 1, 2 or 3", dim));
    dim_ = static_cast<int>(dim);
    double total = 0;
    for (std::size_t k = 0; k < components.size(); ++k) {
        check(components[k], k, dim);
        total += components[k].weight;
    }
    for (std::size_t k = 0; k < components.size(); ++k) {
        EigenSystem system = decompose(components[k].covariance, k, dim);
        components_.push_back({std::log(components[k].weight / total), components[k].mean, std::move(system.values),
                               std::move(system.vectors)});
    }
}

double GaussianMixture::log_density(std::span<const double> x, const Marginal& at) const {
    return log_sum_exp(log_joint(x, at));
}

void GaussianMixture::score(std::span<const double> x, const Marginal& at, std::span<double> out) const {
    const std::vector<double> joint = log_joint(x, at);
    const double evidence = log_sum_exp(joint);
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t k = 0; k < components_.size(); ++k) {
        const Component& component = components_[k];
        const double responsibility = std::exp(joint[k] - evidence);
        const std::vector<double> offset = along_axes(component, x, at.alpha);
        for (std::size_t j = 0; j < offset.size(); ++j) {
            const double variance = at.alpha * at.alpha * component.variances[j] + at.sigma * at.sigma;
            const double slope = -responsibility * offset[j] / variance;
            for (std::size_t e = 0; e < out.size(); ++e) out[e] += slope * component.axes[j * out.size() + e];
        }
    }
}

void GaussianMixture::denoise(std::span<const double> x, const Marginal& at, std::span<double> out) const {
    const std::vector<double> joint = log_joint(x, at);
    const double evidence = log_sum_exp(joint);
    std::fill(out.begin(), out.end(), 0.0);
    for (std::size_t k = 0; k < components_.size(); ++k) {
        const Component& component = components_[k];
        const double responsibility = std::exp(joint[k] - evidence);
        const std::vector<double> offset = along_axes(component, x, at.alpha);
        for (std::size_t e = 0; e < out.size(); ++e) out[e] += responsibility * component.mean[e];
        for (std::size_t j = 0; j < offset.size(); ++j) {
            const double variance = at.alpha * at.alpha * component.variances[j] + at.sigma * at.sigma;
            const double shift = responsibility * at.alpha * component.variances[j] / variance * offset[j];
            for (std::size_t e = 0; e < out.size(); ++e) out[e] += shift * component.axes[j * out.size() + e];
        }
    }
}

std::vector<double> GaussianMixture::sample(std::uint64_t seed, ParticleRange range, const Marginal& at) const {
    const auto dim = static_cast<std::size_t>(dim_);
    std::vector<double> points(range.count * dim);
    for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t particle = range.first + i;
        double left = base::uniform(seed, particle, 0, 0, base::kDataStream);
        std::size_t k = 0;
        while (k + 1 < components_.size() && left >= std::exp(components_[k].log_weight)) {
            left -= std::exp(components_[k++].log_weight);
        }
        const Component& component = components_[k];
        const auto z = base::normal4(seed, particle, 0, 1, base::kDataStream);
        for (std::size_t e = 0; e < dim; ++e) {
            double& coordinate = points[i * dim + e];
            coordinate = at.alpha * component.mean[e];
            for (std::size_t j = 0; j < dim; ++j) {
                const double variance = at.alpha * at.alpha * component.variances[j] + at.sigma * at.sigma;
                coordinate += std::sqrt(variance) * static_cast<double>(z[j]) * component.axes[j * dim + e];
            }
        }
    }
    return points;
}

std::vector<double> GaussianMixture::log_joint(std::span<const double> x, const Marginal& at) const {
    std::vector<double> joint;
    for (const Component& component : components_) {
        const std::vector<double> offset = along_axes(component, x, at.alpha);
        double sum = component.log_weight;
        for (std::size_t j = 0; j < offset.size(); ++j) {
            const double variance = at.alpha * at.alpha * component.variances[j] + at.sigma * at.sigma;
            sum -= (offset[j] * offset[j] / variance + std::log(2 * std::numbers::pi * variance)) / 2;
        }
        joint.push_back(sum);
    }
    return joint;
}

std::vector<double> GaussianMixture::along_axes(const Component& component, std::span<const double> x,
                                                double alpha) const {
    const std::size_t dim = x.size();
    std::vector<double> offset(dim, 0.0);
    for (std::size_t j = 0; j < dim; ++j) {
        for (std::size_t e = 0; e < dim; ++e) {
            offset[j] += component.axes[j * dim + e] * (x[e] - alpha * component.mean[e]);
        }
    }
    return offset;
}

}  // namespace scorefield::diffusion
