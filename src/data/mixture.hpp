#pragma once

#include <string_view>
#include <vector>

#include "data/shapes.hpp"

namespace scorefield::data {

/// One Gaussian of a mixture in d dimensions.
struct MixtureComponent {
    double weight = 1;               ///< > 0; a mixture divides by the sum
    std::vector<double> mean;        ///< (d)
    std::vector<double> covariance;  ///< (d, d) row-major, symmetric, positive semi-definite; or (d): its diagonal
};

/// The mixtures mixture_a … mixture_d; asserts that the name is one of them.
std::vector<MixtureComponent> named_mixture(std::string_view name);

/// Draws from a built-in shape of 1, 2 or 3 dimensions: a Gaussian mixture with positive definite (d, d) covariances.
/// Uniform 0 chooses the component, which is the label. The point is mean + L·z with Cholesky's L and z = normals 0, 1,
/// 2.
class MixtureDraws {
  public:
    explicit MixtureDraws(const std::vector<MixtureComponent>& components);
    ShapePoint operator()(const PointDraws& draws) const;

  private:
    struct Gaussian {
        std::array<double, 3> mean = {};
        std::array<double, 9> factor = {};  ///< L, rows of three
    };
    std::vector<Gaussian> gaussians_;
    std::vector<double> cumulative_;  ///< of the weights
};

}  // namespace scorefield::data
