#include "data/mixture.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "data/tree.hpp"

namespace scorefield::data {
namespace {

/// Cholesky's L of a (d, d) matrix, in rows of three.
std::array<double, 9> cholesky(const std::vector<double>& matrix, std::size_t dim) {
    std::array<double, 9> factor = {};
    for (std::size_t row = 0; row < dim; ++row) {
        for (std::size_t column = 0; column <= row; ++column) {
            double rest = matrix[row * dim + column];
            for (std::size_t k = 0; k < column; ++k) rest -= factor[3 * row + k] * factor[3 * column + k];
            factor[3 * row + column] = row == column ? std::sqrt(rest) : rest / factor[3 * column + column];
        }
    }
    return factor;
}

template <char letter>
ShapePoint mixture(const PointDraws& draws) {
    static const MixtureDraws draw(named_mixture(std::string("mixture_") + letter));
    return draw(draws);
}

ShapePoint tree(const PointDraws& draws) {
    static const MixtureDraws draw(tree_mixture());
    return draw(draws);
}

constexpr Shape kShapes[] = {
    {"tree", "a tree of 1023 thin Gaussians along its branches", 2, 0, Centre::common, tree},
    {"mixture_a", "1-D: 0.3 N(-2, 0.2^2) + 0.7 N(2, 1)", 1, 2, Centre::common, mixture<'a'>},
    {"mixture_b", "1-D: 0.6 N(2, 0.5^2) + 0.4 N(-2, 0.2^2)", 1, 2, Centre::common, mixture<'b'>},
    {"mixture_c", "1-D: half N(-3, 1), half N(3, 1)", 1, 2, Centre::common, mixture<'c'>},
    {"mixture_d", "0.2 N((-5, -5), I) + 0.8 N((5, 5), I)", 2, 2, Centre::common, mixture<'d'>},
};

}  // namespace

std::span<const Shape> mixture_shapes() {
    return kShapes;
}

std::vector<MixtureComponent> named_mixture(std::string_view name) {
    if (name == "mixture_a") return {{0.3, {-2}, {0.04}}, {0.7, {2}, {1}}};
    if (name == "mixture_b") return {{0.6, {2}, {0.25}}, {0.4, {-2}, {0.04}}};
    if (name == "mixture_c") return {{0.5, {-3}, {1}}, {0.5, {3}, {1}}};
    assert(name == "mixture_d");
    return {{0.2, {-5, -5}, {1, 0, 0, 1}}, {0.8, {5, 5}, {1, 0, 0, 1}}};
}

MixtureDraws::MixtureDraws(const std::vector<MixtureComponent>& components) {
    double total = 0;
    for (const MixtureComponent& component : components) {
        const std::size_t dim = component.mean.size();
        assert(dim >= 1 && dim <= 3 && component.covariance.size() == dim * dim);
        Gaussian& gaussian = gaussians_.emplace_back();
        std::ranges::copy(component.mean, gaussian.mean.begin());
        gaussian.factor = cholesky(component.covariance, dim);
        cumulative_.push_back(total += component.weight);
    }
}

ShapePoint MixtureDraws::operator()(const PointDraws& draws) const {
    const auto found = std::ranges::upper_bound(cumulative_, draws.uniform(0) * cumulative_.back());
    const auto index = std::min(static_cast<std::size_t>(found - cumulative_.begin()), gaussians_.size() - 1);
    const Gaussian& gaussian = gaussians_[index];
    ShapePoint point = {gaussian.mean, static_cast<std::uint32_t>(index)};
    const std::array<double, 3> normals = {draws.normal(0), draws.normal(1), draws.normal(2)};
    for (std::size_t row = 0; row < 3; ++row) {
        for (std::size_t k = 0; k <= row; ++k) point.place[row] += gaussian.factor[3 * row + k] * normals[k];
    }
    return point;
}

}  // namespace scorefield::data
