#include "diffusion/process.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/processes/processes.hpp"

namespace scorefield::diffusion {
namespace {

const std::vector<ProcessEntry>& entries() {
    static const std::vector<ProcessEntry> all = {ddpm_entry(), vp_entry(),       subvp_entry(), ve_entry(),
                                                  ou_entry(),   additive_entry(), edm_entry(),   flow_entry()};
    return all;
}

const ProcessEntry& find_entry(std::string_view name) {
    const auto found =
        std::ranges::find_if(entries(), [&](const ProcessEntry& entry) { return entry.info.name == name; });
    if (found != entries().end()) return *found;
    std::vector<std::string_view> names;
    for (const ProcessInfo& info : processes()) names.push_back(info.name);
    throw base::request_error("unknown process '" + std::string(name) + "'", "`process`", "no such name",
                              base::name_hint(name, names));
}

const ProcessParameter* find_parameter(std::span<const ProcessParameter> parameters, std::string_view name) {
    const auto found = std::ranges::find(parameters, name, &ProcessParameter::name);
    return found == parameters.end() ? nullptr : &*found;
}

/// What takes the parameter: `ddpm with linear, sigmoid; ou`.
std::string takers(std::string_view parameter) {
    std::vector<std::string> found;
    for (const ProcessEntry& entry : entries()) {
        std::vector<std::string_view> schedules;
        for (const std::string_view schedule : kBetaSchedules) {
            if (find_parameter(entry.parameters(schedule), parameter) != nullptr) schedules.push_back(schedule);
        }
        if (schedules.empty()) continue;
        const bool all = schedules.size() == kBetaSchedules.size();
        found.push_back(std::string(entry.info.name) + (all ? "" : " with " + base::join(schedules)));
    }
    return base::join(std::vector<std::string_view>(found.begin(), found.end()), "; ");
}

base::Error not_taken(const ProcessSettings& settings, std::string_view parameter) {
    const std::string with = settings.name == "ddpm" ? " with the schedule " + settings.schedule : "";
    return base::request_error("flag without effect", fmt::format("`process.{}`", parameter),
                               fmt::format("the process {}{} has no such parameter", settings.name, with),
                               "leave it out; it belongs to " + takers(parameter));
}

std::string range_text(const ProcessParameter& parameter) {
    return fmt::format("{}{} {}, {} {}", parameter.whole ? "whole numbers " : "", parameter.with_low ? "from" : ">",
                       parameter.low, parameter.below_high ? "below" : "at most", parameter.high);
}

void check_number(const ProcessParameter& parameter, double value) {
    const bool above = parameter.with_low ? value >= parameter.low : value > parameter.low;
    const bool below = parameter.below_high ? value < parameter.high : value <= parameter.high;
    if (above && below && (!parameter.whole || value == std::floor(value))) return;
    throw base::request_error("value out of range", fmt::format("`process.{}`", parameter.name),
                              fmt::format("{} is not allowed", value), "give " + range_text(parameter));
}

void check_settings(const ProcessSettings& settings, std::span<const ProcessParameter> parameters) {
    if (settings.schedule != ProcessSettings{}.schedule && find_parameter(parameters, "schedule") == nullptr) {
        throw not_taken(settings, "schedule");
    }
    for_each_process_parameter(settings, [&]<class Value>(std::string_view name, const std::optional<Value>& value) {
        if (!value) return;
        const ProcessParameter* const parameter = find_parameter(parameters, name);
        if (parameter == nullptr) throw not_taken(settings, name);
        if constexpr (std::is_same_v<Value, double>) check_number(*parameter, *value);
    });
}

}  // namespace

double log_snr(const Marginal& at) {
    return std::log(at.alpha / at.sigma);
}

MarginalRates NoiseProcess::rates(double t) const {
    const auto [alpha, sigma] = marginal(t);
    const auto [drift, diffusion] = sde(t);
    return {drift * alpha, drift * sigma + diffusion / (2 * sigma)};
}

std::span<const ProcessInfo> processes() {
    static const std::vector<ProcessInfo> infos = [] {
        std::vector<ProcessInfo> all;
        for (const ProcessEntry& entry : entries()) all.push_back(entry.info);
        return all;
    }();
    return infos;
}

std::span<const ProcessParameter> process_parameters(std::string_view name, std::string_view schedule) {
    return find_entry(name).parameters(schedule);
}

ProcessSettings with_presets(ProcessSettings settings) {
    const std::span<const ProcessParameter> parameters = process_parameters(settings.name, settings.schedule);
    for_each_process_parameter(settings, [&]<class Value>(std::string_view name, std::optional<Value>& value) {
        const ProcessParameter* const parameter = find_parameter(parameters, name);
        if (parameter != nullptr) set_preset(value, parameter->preset);
    });
    const ProcessEntry& entry = find_entry(settings.name);
    if (entry.follow_rules != nullptr) entry.follow_rules(settings);
    return settings;
}

std::shared_ptr<const NoiseProcess> make_process(const ProcessSettings& settings) {
    const ProcessEntry& entry = find_entry(settings.name);
    check_settings(settings, entry.parameters(settings.schedule));
    return entry.make(with_presets(settings));
}

void require_ordered(std::string_view lower, double low, std::string_view upper, double high, bool may_equal) {
    if (low < high || (may_equal && low == high)) return;
    throw base::request_error("value out of range", fmt::format("`process.{}`", upper),
                              fmt::format("{} is {} {} = {}", high, may_equal ? "below" : "not above", lower, low),
                              fmt::format("raise it, or lower `process.{}`", lower));
}

double softplus(double x) {
    return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

Marginal preserving_marginal(double log_snr) {
    return {1 / std::sqrt(1 + std::exp(-2 * log_snr)), 1 / std::sqrt(1 + std::exp(2 * log_snr))};
}

double noise_clock(double sigma, double sigma_max) {
    const auto position = [](double scale) { return 1 / (1 + 1 / std::sqrt(scale)); };
    return position(sigma) / position(sigma_max);
}

}  // namespace scorefield::diffusion
