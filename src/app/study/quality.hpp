#pragma once

#include <optional>
#include <string>

#include "app/comparison.hpp"
#include "data/points.hpp"
#include "nn/checkpoint.hpp"

namespace scorefield::app {

/// What samples of a model have to reach to be good: of the k-NN two-sample statistic no more than `two_sample`, of
/// precision and recall no less than the data's own, less `coverage_loss` where that is given.
struct QualityBar {
    double two_sample = 1;
    std::optional<double> coverage_loss = {};
};

/// By the defaults: process, sampler, steps and spacing as they come.
inline constexpr QualityBar kDefaultBar = {.two_sample = 0.515, .coverage_loss = 0.012};
/// By DPM-Solver++ 2M in 20 steps.
inline constexpr QualityBar kFewStepsBar = {.two_sample = 0.525};
/// By any sampler without a caveat (diffusion::SamplerInfo), at its own defaults, in 25 and 50 steps.
inline constexpr QualityBar kAnySamplerBar = {.two_sample = 0.56};
/// The most by which samples may lie outside the data's bounding box, in its widths.
inline constexpr double kMostExcess = 0.5;
/// The share of the runs that have to reach kAnySamplerBar.
inline constexpr double kWantedShare = 0.9;

bool reaches(const QualityBar& bar, const Distances& samples, const Distances& own);

/// The farthest that any sample lies outside the bounding box of the data, in widths of the box in that coordinate; 0
/// where all lie inside. A coordinate in which the box has no width counts as infinite where a sample leaves it.
double excess(const data::Points& samples, const data::Points& data);

/// What a model has learned, as a reader would say it: `v on ddpm, cosine, 5 classes, 128 × 3`.
std::string description(const nn::Checkpoint& checkpoint);

}  // namespace scorefield::app
