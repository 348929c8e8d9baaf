#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/mixture.hpp"
#include "diffusion/target.hpp"

namespace scorefield::diffusion {

using data::MixtureComponent;

/// A Gaussian mixture in d = 1 … data::kMaxDim dimensions: under a marginal component k stays Gaussian with mean αμ_k
/// and covariance α²Σ_k + σ²I, so density, score, denoiser and samples are closed-form. Safe far from every mean and at
/// tiny sigma: responsibilities by log-sum-exp, covariances by their eigenvectors. At sigma = 0 every Σ_k must be
/// positive definite.
class GaussianMixture final : public Target {
  public:
    struct Component {
        double weight = 0;  ///< all of them sum to 1
        std::vector<double> mean;
        std::vector<double> variances;  ///< (d), eigenvalues λ_j of Σ
        std::vector<double> axes;       ///< (d, d), row j is the unit eigenvector of λ_j; empty: Σ is diagonal

        bool is_diagonal() const { return axes.empty(); }
        /// Coordinate e of the unit eigenvector of λ_j.
        double axis(std::size_t j, std::size_t e) const {
            if (is_diagonal()) return j == e ? 1 : 0;
            return axes[j * mean.size() + e];
        }
    };

    /// Throws base::Error (request) naming the component that breaks a rule.
    explicit GaussianMixture(const std::vector<MixtureComponent>& components, const std::string& name = "mixture");
    /// A mixture of components whose covariances have been decomposed; all have the same number of dimensions, weights
    /// above 0 of any sum and variances of at least 0.
    GaussianMixture(const std::string& name, std::vector<Component> components);

    std::span<const Component> components() const { return components_; }
    void evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const override;
    AxisMoments moments() const override;

  private:
    /// The uniform of index 0 chooses the component. Normal j of index 1 is the displacement along axis j.
    void draw(std::uint64_t seed, ParticleRange range, const Marginal& at, std::span<double> points) const override;

    std::vector<Component> components_;
    std::vector<double> cumulative_;  ///< of the weights
};

/// The component that answers most for the point x (d) of the clean state: the largest weight times density there.
std::size_t likeliest_component(const GaussianMixture& mixture, std::span<const double> x);

}  // namespace scorefield::diffusion
