#include "diffusion/target_mixture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "base/dim.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "data/points.hpp"
#include "diffusion/eigen_symmetric.hpp"

namespace scorefield::diffusion {
namespace {

constexpr double kRoundingTolerance = 1e-12;  // relative to the largest entry; eigenvalues may fall as far below 0

[[noreturn]] void refuse(std::size_t component, const std::string& why, const std::string& hint) {
    throw base::request_error("invalid Gaussian mixture", fmt::format("component {}", component), why, hint);
}

bool all_finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

void check(const MixtureComponent& component, std::size_t index, std::size_t dim) {
    if (!(component.weight > 0 && std::isfinite(component.weight))) {
        refuse(index, "its weight is not positive and finite", "give a weight above 0");
    }
    if (component.mean.size() != dim) {
        refuse(index, fmt::format("its mean has not {} entries", dim), "give means of the same dimension");
    }
    const std::size_t entries = component.covariance.size();
    if (entries != dim && entries != dim * dim) {
        refuse(index, fmt::format("its covariance is not {0} x {0}", dim), "give the matrix, or its diagonal");
    }
    if (!all_finite(component.mean) || !all_finite(component.covariance)) {
        refuse(index, "a number is not finite", "give finite means and covariances");
    }
}

/// Eigenvalues and axes of the covariance; no axes if it is diagonal. Eigenvalues within rounding error of 0 become 0.
EigenSystem decompose(const std::vector<double>& covariance, std::size_t index, std::size_t dim) {
    double largest = 0;
    for (const double entry : covariance) largest = std::max(largest, std::abs(entry));
    const double tolerance = kRoundingTolerance * largest;
    EigenSystem system = {covariance, {}};
    if (covariance.size() != dim) {
        for (std::size_t i = 0; i < dim; ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (std::abs(covariance[i * dim + j] - covariance[j * dim + i]) > tolerance) {
                    refuse(index, "its covariance is not symmetric", "give a symmetric matrix");
                }
            }
        }
        system = eigen_symmetric(covariance, dim);
    }
    for (double& value : system.values) {
        if (value < -tolerance) {
            refuse(index, fmt::format("its covariance has the negative eigenvalue {}", value),
                   "give a positive semi-definite matrix");
        }
        value = std::max(value, 0.0);
    }
    return system;
}

template <class AnyComponent>
std::size_t common_dim(const std::vector<AnyComponent>& components) {
    if (components.empty()) {
        throw base::request_error("invalid Gaussian mixture", "components", "there is no component",
                                  "give at least one");
    }
    const std::size_t dim = components[0].mean.size();
    if (dim < 1 || dim > data::kMaxDim) {
        refuse(0, fmt::format("{} dimensions are not 1 … {}", dim, data::kMaxDim),
               "give a mean with fewer coordinates");
    }
    return dim;
}

/// Checks the components and decomposes their covariances.
std::vector<GaussianMixture::Component> decomposed(const std::vector<MixtureComponent>& components) {
    const std::size_t dim = common_dim(components);
    std::vector<GaussianMixture::Component> result;
    result.reserve(components.size());
    for (std::size_t k = 0; k < components.size(); ++k) {
        const MixtureComponent& component = components[k];
        check(component, k, dim);
        EigenSystem system = decompose(component.covariance, k, dim);
        result.push_back({component.weight, component.mean, std::move(system.values), std::move(system.vectors)});
    }
    return result;
}

/// Standard deviation of αx + σε where x has `variance`.
double noisy_deviation(double variance, const Marginal& at) {
    return std::hypot(at.alpha * std::sqrt(variance), at.sigma);
}

/// A component under a marginal. With y = whitening·(x − mean): log joint = log_norm − |y|²/2, score = −whiteningᵀ·y,
/// denoised = clean_mean + whiteningᵀ·(gains·y). If the covariance is diagonal, so is the whitening.
template <class Dim>
class View {
  public:
    using Coordinates = base::PerCoordinate<double, Dim>;
    using Matrix = base::PerCoordinate<double, decltype(base::squared(Dim()))>;

    View(Dim dim, const GaussianMixture::Component& component, const Marginal& at)
        : log_norm_(std::log(component.weight)),
          clean_mean_(base::per_coordinate<double>(dim)),
          mean_(base::per_coordinate<double>(dim)),
          gains_(base::per_coordinate<double>(dim)),
          diagonal_(base::per_coordinate<double>(dim)),
          is_diagonal_(component.is_diagonal()) {
        if (!is_diagonal_) whitening_ = base::per_coordinate<double>(base::squared(dim));
        for (std::size_t j = 0; j < dim; ++j) {
            const double deviation = noisy_deviation(component.variances[j], at);
            log_norm_ -= std::log(deviation) + std::log(2 * std::numbers::pi) / 2;
            clean_mean_[j] = component.mean[j];
            mean_[j] = at.alpha * component.mean[j];
            gains_[j] = at.alpha * component.variances[j];
            diagonal_[j] = 1 / deviation;
            for (std::size_t e = 0; e < dim && !is_diagonal_; ++e) {
                whitening_[j * dim + e] = component.axes[j * dim + e] / deviation;
            }
        }
    }

    /// Also sets y.
    double log_joint(Dim dim, const double* x, Coordinates& y) const {
        whiten(dim, x, y);
        double square = 0;
        for (std::size_t j = 0; j < dim; ++j) square += y[j] * y[j];
        return log_norm_ - square / 2;
    }

    /// Adds `weight` times this component's score and denoised to the sums. Overwrites y.
    void add(Dim dim, double weight, const double* x, Coordinates& y, Coordinates& score, Coordinates& denoised) const {
        whiten(dim, x, y);
        for (std::size_t e = 0; e < dim; ++e) {
            denoised[e] += weight * clean_mean_[e];
            if (is_diagonal_) {
                score[e] -= weight * diagonal_[e] * y[e];
                denoised[e] += weight * diagonal_[e] * gains_[e] * y[e];
                continue;
            }
            for (std::size_t j = 0; j < dim; ++j) {
                score[e] -= weight * whitening_[j * dim + e] * y[j];
                denoised[e] += weight * whitening_[j * dim + e] * gains_[j] * y[j];
            }
        }
    }

  private:
    void whiten(Dim dim, const double* x, Coordinates& y) const {
        for (std::size_t j = 0; j < dim; ++j) {
            if (is_diagonal_) {
                y[j] = diagonal_[j] * (x[j] - mean_[j]);
                continue;
            }
            y[j] = 0;
            for (std::size_t e = 0; e < dim; ++e) y[j] += whitening_[j * dim + e] * (x[e] - mean_[e]);
        }
    }

    double log_norm_;
    Coordinates clean_mean_;
    Coordinates mean_;
    Coordinates gains_;      ///< αλ_j
    Coordinates diagonal_;   ///< 1 / standard deviation along each axis under the marginal
    Matrix whitening_ = {};  ///< (d, d); unused if the covariance is diagonal
    bool is_diagonal_;
};

template <class Dim>
void evaluate_points(Dim dim, std::span<const GaussianMixture::Component> components, std::span<const double> x,
                     const Marginal& at, const TargetAnswers& answers) {
    std::vector<View<Dim>> views;
    views.reserve(components.size());
    for (const GaussianMixture::Component& component : components) views.emplace_back(dim, component, at);

    std::vector<double> joints(views.size());
    auto y = base::per_coordinate<double>(dim);
    auto score = base::per_coordinate<double>(dim);
    auto denoised = base::per_coordinate<double>(dim);
    for (std::size_t i = 0; i < x.size() / dim; ++i) {
        const double* point = &x[i * dim];
        double largest = -std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < views.size(); ++k) {
            joints[k] = views[k].log_joint(dim, point, y);
            largest = std::max(largest, joints[k]);
        }
        double sum = 0;
        std::ranges::fill(score, 0.0);
        std::ranges::fill(denoised, 0.0);
        for (std::size_t k = 0; k < views.size(); ++k) {
            const double weight = std::exp(joints[k] - largest);
            if (weight == 0) continue;
            sum += weight;
            views[k].add(dim, weight, point, y, score, denoised);
        }
        if (!answers.log_density.empty()) answers.log_density[i] = largest + std::log(sum);
        for (std::size_t e = 0; e < dim; ++e) {
            if (!answers.score.empty()) answers.score[i * dim + e] = score[e] / sum;
            if (!answers.denoised.empty()) answers.denoised[i * dim + e] = denoised[e] / sum;
        }
    }
}

}  // namespace

GaussianMixture::GaussianMixture(const std::vector<MixtureComponent>& components, const std::string& name)
    : GaussianMixture(name, decomposed(components)) {}

GaussianMixture::GaussianMixture(const std::string& name, std::vector<Component> components)
    : Target(name, static_cast<int>(common_dim(components))), components_(std::move(components)) {
    double total = 0;
    for (const Component& component : components_) total += component.weight;
    cumulative_.reserve(components_.size());
    for (Component& component : components_) {
        component.weight /= total;
        cumulative_.push_back(component.weight + (cumulative_.empty() ? 0 : cumulative_.back()));
    }
}

void GaussianMixture::evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const {
    base::with_dim(static_cast<std::size_t>(dim()),
                   [&](auto dim) { evaluate_points(dim, components_, x, at, answers); });
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
            if (component.is_diagonal()) variance += component.variances[e];
            for (std::size_t j = 0; j < d && !component.is_diagonal(); ++j) {
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
    std::vector<float> z(d);
    std::vector<double> offsets(d);  // along the axes
    for (std::uint32_t i = 0; i < range.count; ++i) {
        const std::uint32_t particle = range.first + i;
        const double u = base::uniform(seed, particle, 0, 0, base::kDataStream);
        const auto above = std::upper_bound(cumulative_.begin(), cumulative_.end() - 1, u) - cumulative_.begin();
        const Component& component = components_[static_cast<std::size_t>(above)];
        base::normals(seed, particle, 1, base::kDataStream, z);
        for (std::size_t j = 0; j < d; ++j) {
            offsets[j] = noisy_deviation(component.variances[j], at) * static_cast<double>(z[j]);
        }
        const std::span<double> point = points.subspan(i * d, d);
        for (std::size_t e = 0; e < d; ++e) {
            point[e] = at.alpha * component.mean[e];
            if (component.is_diagonal()) point[e] += offsets[e];
            for (std::size_t j = 0; j < d && !component.is_diagonal(); ++j) {
                point[e] += offsets[j] * component.axes[j * d + e];
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
            double offset = component.is_diagonal() ? x[j] - component.mean[j] : 0;
            for (std::size_t e = 0; e < dim && !component.is_diagonal(); ++e) {
                offset += component.axes[j * dim + e] * (x[e] - component.mean[e]);
            }
            log_joint -= (offset * offset / component.variances[j] + std::log(component.variances[j])) / 2;
        }
        if (log_joint <= most) continue;
        most = log_joint;
        likeliest = k;
    }
    return likeliest;
}

}  // namespace scorefield::diffusion
