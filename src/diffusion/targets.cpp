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

/// out ← out + factor·direction.
void add(std::span<double> out, double factor, std::span<const double> direction) {
    for (std::size_t e = 0; e < out.size(); ++e) out[e] += factor * direction[e];
}

/// Of αx + σε where x has `variance`.
double noisy_variance(double variance, const Marginal& at) {
    return at.alpha * at.alpha * variance + at.sigma * at.sigma;
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
    return log_evidence(look_from(x, at));
}

void GaussianMixture::score(std::span<const double> x, const Marginal& at, std::span<double> out) const {
    const std::vector<View> views = look_from(x, at);
    const double evidence = log_evidence(views);
    std::fill(out.begin(), out.end(), 0.0);
    for (const View& view : views) {
        const double responsibility = std::exp(view.log_joint - evidence);
        for (std::size_t j = 0; j < out.size(); ++j) {
            add(out, -responsibility * view.offset[j] / view.variances[j], axis(*view.component, j));
        }
    }
}

void GaussianMixture::denoise(std::span<const double> x, const Marginal& at, std::span<double> out) const {
    const std::vector<View> views = look_from(x, at);
    const double evidence = log_evidence(views);
    std::fill(out.begin(), out.end(), 0.0);
    for (const View& view : views) {
        const double responsibility = std::exp(view.log_joint - evidence);
        add(out, responsibility, view.component->mean);
        for (std::size_t j = 0; j < out.size(); ++j) {
            const double gain = at.alpha * view.component->variances[j] / view.variances[j];
            add(out, responsibility * gain * view.offset[j], axis(*view.component, j));
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
        const std::span<double> point = std::span(points).subspan(i * dim, dim);
        add(point, at.alpha, component.mean);
        for (std::size_t j = 0; j < dim; ++j) {
            const double deviation = std::sqrt(noisy_variance(component.variances[j], at));
            add(point, deviation * static_cast<double>(z[j]), axis(component, j));
        }
    }
    return points;
}

std::vector<GaussianMixture::View> GaussianMixture::look_from(std::span<const double> x, const Marginal& at) const {
    std::vector<View> views;
    for (const Component& component : components_) {
        View view = {&component, component.log_weight, std::vector<double>(x.size()), std::vector<double>(x.size())};
        for (std::size_t j = 0; j < x.size(); ++j) {
            const std::span<const double> direction = axis(component, j);
            for (std::size_t e = 0; e < x.size(); ++e) {
                view.offset[j] += direction[e] * (x[e] - at.alpha * component.mean[e]);
            }
            const double variance = noisy_variance(component.variances[j], at);
            view.variances[j] = variance;
            view.log_joint -=
                (view.offset[j] * view.offset[j] / variance + std::log(2 * std::numbers::pi * variance)) / 2;
        }
        views.push_back(std::move(view));
    }
    return views;
}

double GaussianMixture::log_evidence(std::span<const View> views) {
    double largest = views[0].log_joint;
    for (const View& view : views) largest = std::max(largest, view.log_joint);
    double sum = 0;
    for (const View& view : views) sum += std::exp(view.log_joint - largest);
    return largest + std::log(sum);
}

std::span<const double> GaussianMixture::axis(const Component& component, std::size_t j) {
    const std::size_t dim = component.mean.size();
    return std::span(component.axes).subspan(j * dim, dim);
}

}  // namespace scorefield::diffusion
