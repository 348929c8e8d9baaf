#pragma once

#include <span>
#include <vector>

#include "diffusion/exact_score.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/program.hpp"
#include "diffusion/target_empirical.hpp"
#include "diffusion/target_mixture.hpp"

// What the kernels of exact targets on both engines are asked.
namespace scorefield::sample {

/// One evaluation as the kernels compute it: its marginal, and the combination of denoiser and score to return.
struct Question {
    diffusion::Marginal at;
    diffusion::ExactForm answer;
};

/// The evaluations of a program as questions. `point_masses`: the target has some, so that evaluations at sigma = 0 are
/// refused. Throws base::Error (request) naming an evaluation without an answer.
std::vector<Question> questions_of(std::span<const diffusion::Eval> evals,
                                   const diffusion::Parametrisation& parametrisation, bool point_masses);

/// Floating-point operations of an evaluation per particle, roughly. std::logic_error for kinds of targets that no
/// kernel knows.
double exact_operations(const diffusion::Target& target);

bool has_point_masses(const diffusion::GaussianMixture& mixture);

/// A ball around all points of a data set. Its radius is positive.
struct Ball {
    explicit Ball(const diffusion::EmpiricalTarget& target);

    std::vector<float> centre;
    float inverse_radius = 0;
};

/// The coefficients of a question in the kernels of a data set.
struct EmpiricalCoefficients {
    explicit EmpiricalCoefficients(const Question& question);

    float alpha = 0;
    float linear = 0;       ///< α log2(e)/σ²
    float quadratic = 0;    ///< α² log2(e)/2σ²
    float of_denoised = 0;  ///< factor of D
    float of_offset = 0;    ///< factor of x − αD
};

}  // namespace scorefield::sample
