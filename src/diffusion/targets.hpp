#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// One Gaussian of a mixture in d dimensions.
struct MixtureComponent {
    double weight = 1;               ///< > 0; the mixture divides by the sum
    std::vector<double> mean;        ///< (d)
    std::vector<double> covariance;  ///< (d, d) row-major, symmetric, positive semi-definite
};

/// A Gaussian mixture in d = 1, 2 or 3 dimensions under any marginal x = alpha·x_0 + sigma·ε: component k stays
/// Gaussian with mean αμ_k and covariance α²Σ_k + σ²I, so density, score, denoiser and samples are closed-form. Safe
/// far from every mean and at tiny sigma: responsibilities by log-sum-exp, covariances by their eigenvectors. At sigma
/// = 0 every Σ_k must be positive definite. Points and results are (d), row-major where there are several.
class GaussianMixture {
  public:
    /// Throws base::Error (request) naming the component that breaks a rule.
    explicit GaussianMixture(const std::vector<MixtureComponent>& components);

    int dim() const { return dim_; }
    double log_density(std::span<const double> x, const Marginal& at) const;
    /// ∇ log p(x).
    void score(std::span<const double> x, const Marginal& at, std::span<double> out) const;
    /// D = E[x_0 | x].
    void denoise(std::span<const double> x, const Marginal& at, std::span<double> out) const;
    /// Exact draws (count, d) of particles first … first+count−1, stream base::kDataStream: the component from the
    /// uniform of index 0, its deviation from the normals of index 1.
    std::vector<double> sample(std::uint64_t seed, ParticleRange range, const Marginal& at = {}) const;

  private:
    struct Component {
        double log_weight = 0;
        std::vector<double> mean;
        std::vector<double> variances;  ///< eigenvalues of Σ
        std::vector<double> axes;       ///< (d, d), row j is the eigenvector of variances[j]
    };

    /// A component under a marginal, seen from a point x.
    struct View {
        const Component* component = nullptr;
        double log_joint = 0;           ///< log of weight times density at x
        std::vector<double> offset;     ///< x − αμ along the component's axes
        std::vector<double> variances;  ///< along the axes: those of α²Σ + σ²I
    };

    std::vector<View> look_from(std::span<const double> x, const Marginal& at) const;
    /// Log of the sum of the joints.
    static double log_evidence(std::span<const View> views);
    static std::span<const double> axis(const Component& component, std::size_t j);

    int dim_ = 0;
    std::vector<Component> components_;
};

}  // namespace scorefield::diffusion
