#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// A process of the table: its parameters (by schedule, which all but ddpm ignore) and how it is made of settings
/// with_presets, whose parameters are all taken and within the ranges of the table.
struct ProcessEntry {
    ProcessInfo info;
    std::span<const ProcessParameter> (*parameters)(std::string_view schedule) = nullptr;
    std::shared_ptr<const NoiseProcess> (*make)(const ProcessSettings& settings) = nullptr;
    /// Sets the parameters that are still open once the defaults that are values have been set: those whose default is
    /// a rule. Null where the process has none.
    void (*follow_rules)(ProcessSettings& settings) = nullptr;
};

/// The table entry of a process that takes the same parameters whatever the schedule.
template <class Process, const auto& kParameters>
ProcessEntry process_entry(const ProcessInfo& info, void (*follow_rules)(ProcessSettings& settings) = nullptr) {
    return {info, [](std::string_view) -> std::span<const ProcessParameter> { return kParameters; },
            [](const ProcessSettings& settings) -> std::shared_ptr<const NoiseProcess> {
                return std::make_shared<Process>(settings);
            },
            follow_rules};
}

// One file of this folder each; process.cpp joins them.
ProcessEntry ddpm_entry();
ProcessEntry vp_entry();
ProcessEntry subvp_entry();
ProcessEntry ve_entry();
ProcessEntry ou_entry();
ProcessEntry additive_entry();
ProcessEntry edm_entry();
ProcessEntry flow_entry();

/// Throws base::Error (request) unless low < high, or low ≤ high with `may_equal`; both are named as in --process.NAME.
void require_ordered(std::string_view lower, double low, std::string_view upper, double high, bool may_equal = false);

/// log(1 + eˣ), without overflow.
double softplus(double x);

/// The scales of a variance-preserving process at λ.
Marginal preserving_marginal(double log_snr);

/// A clock of processes that keep the data, 0 at sigma = 0 and 1 at sigma_max: 1/(1 + σ^−½), scaled. It tells small
/// sigma apart as well as large ones.
double noise_clock(double sigma, double sigma_max);

inline constexpr double kDefaultTMin = 1e-3;
/// The parameter t_min of a process whose times end at 1.
inline constexpr ProcessParameter kTMinParameter = {.name = "t_min",
                                                    .help = "Time of the lowest noise level",
                                                    .preset = kDefaultTMin,
                                                    .low = 0,
                                                    .high = 1,
                                                    .below_high = true};
/// The parameter t_min of a process whose times end at T.
inline constexpr ProcessParameter kTMinBelowHorizonParameter = {
    .name = "t_min", .help = kTMinParameter.help, .preset = kTMinParameter.preset, .low = 0, .high = kMaxProcessScale};

}  // namespace scorefield::diffusion
