#include "diffusion/target_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "data/points.hpp"
#include "diffusion/eigen_symmetric.hpp"
#include "diffusion/json_place.hpp"

namespace scorefield::diffusion {
namespace {

// What files hold that were written in single precision or with a few digits.
constexpr double kSumTolerance = 1e-3 * (1 + 1e-9);  // 0.999 is as far from 1 as it should be
constexpr double kSymmetryTolerance = 1e-6;          // relative to the largest entry
constexpr double kRounding = 1e-15;                  // of eigenvalues, relative to the largest
constexpr std::array<std::string_view, 4> kFields = {"weights", "means", "sigmas", "covariances"};

constexpr const char* kMatrixHint =
    "give a full matrix for each component, whatever scikit-learn's covariance_type: of 'diag' with the variances on "
    "its diagonal, of 'spherical' with the same variance there, of 'tied' the same matrix for all";

/// Refuses the names that scikit-learn has for the parts of a mixture.
void refuse_names_of_sklearn(const JsonPlace& root) {
    for (const char* name : {"weights_", "means_", "covariances_", "covariance_type"}) {
        if (!root.has(name)) continue;
        root.at(name).refuse("unknown field",
                             "name the fields weights, means and covariances (without '_' and without "
                             "covariance_type), and give a full matrix for each component");
    }
}

std::vector<double> read_numbers(const JsonPlace& place) {
    std::vector<double> numbers(place.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = place.at(i).as<double>();
    return numbers;
}

std::vector<double> read_weights(const JsonPlace& place) {
    if (place.size() == 0) place.refuse("there is no component");
    if (place.size() > kMaxComponents) {
        place.refuse(fmt::format("{} components are more than {}", place.size(), kMaxComponents));
    }
    std::vector<double> weights = read_numbers(place);
    double sum = 0;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        if (!(weights[k] > 0)) place.at(k).refuse("not positive", "leave out components without weight");
        sum += weights[k];
    }
    if (!(std::abs(sum - 1) <= kSumTolerance)) {
        place.refuse(fmt::format("the weights sum to {:.9g}", sum), "divide them by their sum");
    }
    for (double& weight : weights) weight /= sum;
    return weights;
}

/// Refuses arrays that do not hold one entry per component.
void require_count(const JsonPlace& place, std::size_t count) {
    if (place.size() != count) place.refuse(fmt::format("{} entries for {} weights", place.size(), count));
}

std::vector<double> read_mean(const JsonPlace& place, std::size_t dim) {
    std::vector<double> mean = read_numbers(place);
    if (mean.size() != dim) {
        place.refuse(fmt::format("{} coordinates where the first mean has {}", mean.size(), dim));
    }
    for (std::size_t e = 0; e < dim; ++e) {
        if (!(std::abs(mean[e]) <= kMaxMixtureScale)) {
            place.at(e).refuse(fmt::format("not within ±{:g}", kMaxMixtureScale));
        }
    }
    return mean;
}

void require_deviation(const JsonPlace& place, double deviation) {
    if (!(deviation >= 1 / kMaxMixtureScale && deviation <= kMaxMixtureScale)) {
        place.refuse(fmt::format("a standard deviation of {:g} is not within {:g} … {:g}", deviation,
                                 1 / kMaxMixtureScale, kMaxMixtureScale));
    }
}

/// That of sigma²·I.
EigenSystem read_sigma(const JsonPlace& place, std::size_t dim) {
    const auto sigma = place.as<double>();
    if (!(sigma > 0)) place.refuse("not positive");
    require_deviation(place, sigma);
    return {std::vector<double>(dim, sigma * sigma), {}};
}

EigenSystem read_covariance(const JsonPlace& place, std::size_t dim) {
    if (!place.is_array() || (place.size() > 0 && !place.at(std::size_t{0}).is_array())) {
        place.refuse("not a matrix", kMatrixHint);
    }
    if (place.size() != dim) place.refuse(fmt::format("not {0} x {0}", dim));
    std::vector<double> covariance;
    double largest = 0;
    for (std::size_t row = 0; row < dim; ++row) {
        const std::vector<double> entries = read_numbers(place.at(row));
        if (entries.size() != dim) place.at(row).refuse(fmt::format("{} entries, not {}", entries.size(), dim));
        for (const double entry : entries) largest = std::max(largest, std::abs(entry));
        covariance.insert(covariance.end(), entries.begin(), entries.end());
    }
    for (std::size_t i = 0; i < dim; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (std::abs(covariance[i * dim + j] - covariance[j * dim + i]) > kSymmetryTolerance * largest) {
                place.refuse(fmt::format("not symmetric: entries [{0}][{1}] and [{1}][{0}] differ", i, j));
            }
            covariance[i * dim + j] = covariance[j * dim + i] =
                std::midpoint(covariance[i * dim + j], covariance[j * dim + i]);
        }
    }
    EigenSystem system = eigen_symmetric(std::move(covariance), dim);
    for (const double variance : system.values) {
        if (!(variance > kRounding * largest)) {
            place.refuse(fmt::format("not positive definite: it has the eigenvalue {:.3g}", variance));
        }
        require_deviation(place, std::sqrt(variance));
    }
    return system;
}

constexpr data::JsonLimits kLimits = {.values = 20 * kMaxComponents};

std::string mixture_cure() {
    return fmt::format(
        "give {{weights, means, sigmas or covariances}}: weights above 0 that sum to 1, means of up to {} coordinates, "
        "standard deviations above 0 or symmetric positive definite matrices",
        data::kMaxDim);
}

/// The cure of a file with too many numbers.
std::string size_cure_of_mixture() {
    const auto dim = static_cast<int>(std::sqrt(static_cast<double>(kLimits.values)));
    return fmt::format(
        "one full covariance may have about {0} x {0} entries: give sigmas, or fewer dimensions or "
        "components",
        dim);
}

}  // namespace

GaussianMixture mixture_from_json(const std::string& text, const std::string& where) {
    const JsonDocument document =
        parse_json(text, "invalid Gaussian mixture", where, mixture_cure(), kLimits, size_cure_of_mixture());
    const JsonPlace root(document);
    refuse_names_of_sklearn(root);
    root.require_fields(kFields);
    const std::vector<double> weights = read_weights(root.at("weights"));
    const JsonPlace means = root.at("means");
    require_count(means, weights.size());
    const std::size_t dim = means.at(std::size_t{0}).size();
    if (dim < 1 || dim > data::kMaxDim) {
        means.at(std::size_t{0}).refuse(fmt::format("{} dimensions are not 1 … {}", dim, data::kMaxDim));
    }
    if (root.has("sigmas") == root.has("covariances")) {
        root.refuse(
            root.has("sigmas") ? "both sigmas and covariances are there" : "neither sigmas nor covariances are there",
            "give one of them");
    }
    const bool round = root.has("sigmas");
    const JsonPlace spreads = root.at(round ? "sigmas" : "covariances");
    if (!round && spreads.size() != weights.size()) {
        spreads.refuse(fmt::format("{} entries for {} weights", spreads.size(), weights.size()), kMatrixHint);
    }
    require_count(spreads, weights.size());
    std::vector<GaussianMixture::Component> components;
    components.reserve(weights.size());
    for (std::size_t k = 0; k < weights.size(); ++k) {
        std::vector<double> mean = read_mean(means.at(k), dim);
        EigenSystem system = round ? read_sigma(spreads.at(k), dim) : read_covariance(spreads.at(k), dim);
        components.push_back({weights[k], std::move(mean), std::move(system.values), std::move(system.vectors)});
    }
    return {"gmm", std::move(components)};
}

}  // namespace scorefield::diffusion
