#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "diffusion/target.hpp"

namespace scorefield::diffusion {

/// The distribution of a data set {x_i} in d = 1 … data::kMaxDim dimensions. All points are equally likely. D = Σ w_i
/// x_i with w = softmax(−‖x − αx_i‖²/2σ²): the minimiser of denoising score matching on the data (Karras et al. 2022,
/// eq. 57); density and score are those of the Gaussian kernel density estimate of bandwidth σ. Safe far from all
/// points and at tiny sigma; at sigma = 0 D is the nearest point (the mean of the nearest ones), density and score are
/// infinite or not numbers.
class EmpiricalTarget final : public Target {
  public:
    /// `points` (n, dim) row-major. Throws base::Error (request) naming the point: none at all, another dimension, a
    /// size that is no multiple of it, a value that is not finite.
    EmpiricalTarget(std::span<const float> points, std::size_t dim, const std::string& name = "empirical");

    std::size_t count() const { return points_.size() / static_cast<std::size_t>(dim()); }
    /// (count, dim) row-major.
    std::span<const float> points() const { return points_; }
    void evaluate(std::span<const double> x, const Marginal& at, const TargetAnswers& answers) const override;
    AxisMoments moments() const override;

  private:
    /// The data point from the uniform of index 0, the noise from the normals of index 1.
    void draw(std::uint64_t seed, ParticleRange range, const Marginal& at, std::span<double> points) const override;

    std::vector<float> points_;
};

}  // namespace scorefield::diffusion
