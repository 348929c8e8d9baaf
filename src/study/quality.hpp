#pragma once

#include <optional>
#include <string>

#include "data/points.hpp"
#include "model/checkpoint.hpp"
#include "study/comparison.hpp"

namespace scorefield::study {

/// Pass criteria: k-NN two-sample statistic <= `two_sample`; precision and recall >= the data-vs-data baseline −
/// `coverage_loss` (if set).
struct QualityBar {
    double two_sample = 1;
    std::optional<double> coverage_loss = {};
};

/// With the default sampler, steps and spacing.
inline constexpr QualityBar kDefaultBar = {.two_sample = 0.515, .coverage_loss = 0.012};
/// With DPM-Solver++ 2M and 20 steps.
inline constexpr QualityBar kFewStepsBar = {.two_sample = 0.525};
/// With any sampler without a caveat (diffusion::SamplerInfo), its default parameters, and 25 or 50 steps.
inline constexpr QualityBar kAnySamplerBar = {.two_sample = 0.56};
/// Largest distance of a sample outside the bounding box of the data, in box widths.
inline constexpr double kMostExcess = 0.5;
/// Smallest share of the runs that have to pass kAnySamplerBar.
inline constexpr double kWantedShare = 0.9;

bool reaches(const QualityBar& bar, const Distances& samples, const Distances& own);

/// The largest distance of a sample outside the bounding box of the data, in widths of the box in that coordinate; 0 if
/// all samples are inside. Infinite if a sample leaves the box in a coordinate of width 0.
double excess(const data::Points& samples, const data::Points& data);

/// Prediction, process and network of a model: `v on ddpm, cosine, 5 classes, 128 × 3`.
std::string description(const model::Checkpoint& checkpoint);

}  // namespace scorefield::study
