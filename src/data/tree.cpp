#include "data/tree.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "base/random.hpp"

namespace scorefield::data {
namespace {

constexpr std::uint64_t kSeed = 0x7ee;
constexpr int kGenerations = 10;
constexpr double kDegree = std::numbers::pi / 180;

using Vector = std::array<double, 2>;

struct Branch {
    Vector start = {};
    double angle = 90 * kDegree;  ///< from the first axis
    double length = 1;
    double width = 0.055;
    int generation = 0;
    std::uint32_t number = 1;  ///< those of its forks are twice that, and one more
};

/// Between −1 and 1, the branch's own; a branch has several.
double chance(const Branch& branch, std::uint32_t which) {
    return 2 * base::uniform(kSeed, branch.number, which, 0, base::kDataStream) - 1;
}

Vector point_along(const Branch& branch, double share) {
    return {branch.start[0] + share * branch.length * std::cos(branch.angle),
            branch.start[1] + share * branch.length * std::sin(branch.angle)};
}

Branch fork(const Branch& parent, int side) {
    Branch child;
    child.number = 2 * parent.number + static_cast<std::uint32_t>(side);
    child.generation = parent.generation + 1;
    child.start = point_along(parent, 1);
    const double turn = (24 + 9 * chance(child, 0)) * kDegree;
    child.angle = parent.angle + (side == 0 ? turn : -turn);
    child.length = parent.length * (0.8 + 0.1 * chance(child, 1));
    child.width = parent.width * (0.72 + 0.04 * chance(child, 2));  // area is kept: 1/√2 (Leonardo da Vinci)
    return child;
}

/// A Gaussian that covers the branch from end to end, weighted by the area it covers.
MixtureComponent gaussian_along(const Branch& branch) {
    const double along = branch.length * branch.length / 9;
    const double across = branch.width * branch.width;
    const double c = std::cos(branch.angle);
    const double s = std::sin(branch.angle);
    const Vector middle = point_along(branch, 0.5);
    return {branch.length * branch.width,
            {middle[0], middle[1]},
            {along * c * c + across * s * s, (along - across) * c * s, (along - across) * c * s,
             along * s * s + across * c * c}};
}

void grow(const Branch& branch, std::vector<MixtureComponent>& components) {
    components.push_back(gaussian_along(branch));
    if (branch.generation + 1 == kGenerations) return;
    grow(fork(branch, 0), components);
    grow(fork(branch, 1), components);
}

/// Moves and scales the mixture to mean 0 and a variance of 1 on average over the coordinates.
void standardise(std::vector<MixtureComponent>& components) {
    double total = 0;
    Vector mean = {};
    double square = 0;
    for (const MixtureComponent& component : components) {
        total += component.weight;
        for (std::size_t e = 0; e < 2; ++e) {
            mean[e] += component.weight * component.mean[e];
            square += component.weight * (component.mean[e] * component.mean[e] + component.covariance[3 * e]);
        }
    }
    for (double& coordinate : mean) coordinate /= total;
    const double variance = (square / total - mean[0] * mean[0] - mean[1] * mean[1]) / 2;
    for (MixtureComponent& component : components) {
        for (std::size_t e = 0; e < 2; ++e) component.mean[e] = (component.mean[e] - mean[e]) / std::sqrt(variance);
        for (double& entry : component.covariance) entry /= variance;
    }
}

}  // namespace

std::vector<MixtureComponent> tree_mixture() {
    std::vector<MixtureComponent> components;
    grow({}, components);
    standardise(components);
    return components;
}

}  // namespace scorefield::data
