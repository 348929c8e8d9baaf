#pragma once

#include <random>

#include "nn/matrix.hpp"

namespace scorefield::nn {

/// Uniform in [−2, 2), rounded to float so that single and double precision start from the same numbers.
inline Matrix random_matrix(std::mt19937& random, std::size_t rows, std::size_t columns) {
    std::uniform_real_distribution<float> uniform(-2.0F, 2.0F);
    Matrix matrix(rows, columns);
    for (double& value : matrix.values) value = static_cast<double>(uniform(random));
    return matrix;
}

}  // namespace scorefield::nn
