#pragma once

#include <span>
#include <vector>

#include "diffusion/interpreter.hpp"
#include "diffusion/program.hpp"
#include "study/line_law.hpp"

namespace scorefield::study {

/// N(mean, covariance) in d dimensions.
struct GaussianLaw {
    std::vector<double> mean;        ///< (d)
    std::vector<double> covariance;  ///< (d, d) row-major

    /// The law of the projection onto the unit vector `direction` (d); its variance must not be 0.
    LineLaw along(std::span<const double> direction) const;
};

/// The exact law of a program's result where its sources are affine, as the exact score of one Gaussian is. Every
/// register is then offset + Σ matrix·z over the normals of the start and of every draw (stream, index), the same
/// normal wherever the draw recurs: nothing is taken for independent that is not, whatever registers the program keeps.
/// Throws std::invalid_argument at an instruction or a source that is not affine.
GaussianLaw gaussian_law_after(const diffusion::Program& program,
                               std::span<const diffusion::ScoreSource* const> sources);

}  // namespace scorefield::study
