#include "diffusion/spacing.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "diffusion/beta_quantile.hpp"

namespace scorefield::diffusion {
namespace {

constexpr SpacingParameter kFinal = {"final", "end of the last step: zero (no noise) or sigma_min (lowest noise level)",
                                     kFinals.front()};
constexpr SpacingParameter kOffset = {"offset", "added to every timestep, from 0", 0};
constexpr SpacingParameter kRho = {"rho", "larger values give more steps at low noise, > 0", 7};
constexpr SpacingParameter kBetaAlpha = {"beta_alpha", "first shape of the Beta distribution", 0.6};
constexpr SpacingParameter kBetaBeta = {"beta_beta", "second shape of the Beta distribution", 0.6};

constexpr std::array<ParameterValues, 5> kSpacingParameterValues = {{
    {.name = "final", .choices = kFinals},
    {.name = "offset", .high = kMaxTrainSteps},
    {.name = "rho", .high = 100, .open_low = true},
    {.name = "beta_alpha", .low = 0.01, .high = 100},
    {.name = "beta_beta", .low = 0.01, .high = 100},
}};

constexpr std::array kPlainParameters = {kFinal};
constexpr std::array kLeadingParameters = {kFinal, kOffset};
constexpr std::array kKarrasParameters = {kFinal, kRho};
constexpr std::array kBetaParameters = {kFinal, kBetaAlpha, kBetaBeta};

constexpr std::array<SpacingInfo, kSpacings.size()> kInfos = {{
    {"even", "equal steps in t, from the largest t", kPlainParameters},
    {"linspace", "evenly spaced t, from the largest to the smallest", kPlainParameters},
    {"leading", "every k-th timestep, counted from the smallest", kLeadingParameters},
    {"trailing", "every k-th timestep, counted from the largest", kPlainParameters},
    {"karras", "even in sigma^(1/rho), dense at low noise", kKarrasParameters},
    {"exponential", "sigma in geometric progression", kPlainParameters},
    {"beta", "quantiles of a Beta distribution, dense at both ends", kBetaParameters},
    {"lambda", "even in log(alpha/sigma)", kPlainParameters},
    {"quadratic", "even in sqrt(t)", kPlainParameters},
}};

/// A process with a number of steps to take on it.
struct Request {
    const NoiseProcess& process;
    TimeRange range;
    int steps = 0;
    bool to_clean = true;

    /// How many times there are in all of a spacing that ends at the lowest time with noise.
    int count() const { return to_clean ? steps : steps + 1; }
    double rounded(double t) const { return range.discrete ? std::nearbyint(t) : t; }
};

/// Times at `count` values between those of the ends of the range, where = curve(high, low, share), share 0 … 1.
template <class Value, class Time, class Curve>
std::vector<double> along(const Request& request, const Value& value_at, const Time& time_at, const Curve& curve) {
    const double high = value_at(request.range.highest);
    const double low = value_at(request.range.lowest_noisy);
    std::vector<double> times = {request.range.highest};
    for (int i = 1; i + 1 < request.count(); ++i) {
        times.push_back(time_at(curve(high, low, static_cast<double>(i) / (request.count() - 1))));
    }
    if (request.count() > 1) times.push_back(request.range.lowest_noisy);
    return times;
}

double straight(double high, double low, double share) {
    return std::lerp(high, low, share);
}

// Halves occur (999/2), so the arithmetic below is NumPy's to the last rounding: start + i·step, then half to even.

std::vector<double> even(const Request& request) {
    const TimeRange range = request.range;
    const bool every_time = range.discrete && request.steps == range.highest - range.lowest_noisy + 1;
    const double goal = request.to_clean ? 0 : range.lowest_noisy;
    const double step = every_time ? -1 : -(range.highest - goal) / request.steps;
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(request.steps));
    for (int i = 0; i < request.steps; ++i) times.push_back(request.rounded(i * step + range.highest));
    return times;
}

std::vector<double> linspace(const Request& request) {
    if (!request.range.discrete) return along(request, std::identity{}, std::identity{}, straight);
    const auto [lowest, low, high, discrete] = request.range;
    const double step = request.count() == 1 ? 0 : (high - low) / (request.count() - 1);
    std::vector<double> times;
    for (int i = request.count() - 1; i >= 0; --i) times.push_back(std::nearbyint(i * step + low));
    return times;
}

std::vector<double> leading(const Request& request, int offset) {
    const double low = request.range.lowest_noisy;
    const double step = std::floor((request.range.highest - low + 1) / request.count());
    std::vector<double> times;
    for (int i = request.count() - 1; i >= 0; --i) times.push_back(low + i * step + offset);
    if (times.front() <= request.range.highest) return times;
    throw base::request_error(
        "value out of range", "`spacing.offset`",
        fmt::format("it moves the first step to {}, beyond {}", times.front(), request.range.highest),
        fmt::format("give at most {}", offset - (times.front() - request.range.highest)));
}

std::vector<double> trailing(const Request& request) {
    const double start = request.range.highest + 1;
    // As arange takes it: second value minus first.
    const double step = (start - (start - request.range.lowest_noisy) / request.steps) - start;
    std::vector<double> times;
    times.reserve(static_cast<std::size_t>(request.steps));
    for (int i = 0; i < request.steps; ++i) times.push_back(std::nearbyint(i * step + start) - 1);
    return times;
}

/// Whether σ/α is finite at `highest`.
bool keeps_signal(const NoiseProcess& process, double highest) {
    return process.marginal(highest).alpha > 0;
}

/// Along a curve of σ/α, or of the time where that is infinite.
template <class Curve>
std::vector<double> along_noise(const Request& request, const Curve& curve) {
    const NoiseProcess& process = request.process;
    if (!keeps_signal(process, request.range.highest)) {
        return along(request, std::identity{}, std::identity{}, curve);
    }
    const auto ratio_at = [&](double t) { return process.marginal(t).sigma / process.marginal(t).alpha; };
    return along(
        request, ratio_at, [&](double ratio) { return process.time_at(-std::log(ratio)); }, curve);
}

/// Even in value^power.
auto power_curve(double power) {
    return [power](double high, double low, double share) {
        return std::pow(std::lerp(std::pow(high, power), std::pow(low, power), share), 1 / power);
    };
}

double exponential_curve(double high, double low, double share) {
    return std::exp(std::lerp(std::log(high), std::log(low), share));
}

auto beta_curve(double alpha, double beta) {
    return [alpha, beta](double high, double low, double share) {
        return std::lerp(low, high, beta_quantile(1 - share, alpha, beta));
    };
}

std::vector<double> even_lambda(const Request& request) {
    return along(
        request, [&](double t) { return log_snr(request.process.marginal(t)); },
        [&](double lambda) { return request.process.time_at(lambda); }, straight);
}

std::vector<double> spaced(const Request& request, const SpacingSettings& settings) {
    if (settings.name == "even") return even(request);
    if (settings.name == "linspace") return linspace(request);
    if (settings.name == "leading") return leading(request, settings.offset.value());
    if (settings.name == "trailing") return trailing(request);
    if (settings.name == "karras") return along_noise(request, power_curve(1 / settings.rho.value()));
    if (settings.name == "exponential") return along_noise(request, exponential_curve);
    if (settings.name == "lambda") return even_lambda(request);
    if (settings.name == "quadratic") return along(request, std::identity{}, std::identity{}, power_curve(0.5));
    return along_noise(request, beta_curve(settings.beta_alpha.value(), settings.beta_beta.value()));
}

/// Whether the spacing is defined on whole timesteps.
bool is_counted(std::string_view name) {
    return name == "even" || name == "linspace" || name == "leading" || name == "trailing";
}

/// The process's times, from the largest on whose alpha is at least `least_alpha`.
TimeRange visited_range(const NoiseProcess& process, std::optional<double> least_alpha) {
    TimeRange range = process.times();
    if (!least_alpha || process.marginal(range.highest).alpha >= *least_alpha) return range;
    double low = range.lowest_noisy;
    double high = range.highest;
    if (process.marginal(low).alpha < *least_alpha) return range;
    const double width = range.discrete ? 1 : 1e-12 * range.highest;
    while (high - low > width) {
        const double middle = range.discrete ? std::floor((low + high) / 2) : (low + high) / 2;
        (process.marginal(middle).alpha >= *least_alpha ? low : high) = middle;
    }
    range.highest = low;
    return range;
}

/// Why the process cannot have the spacing over `range`; empty where it can.
std::string obstacle(const NoiseProcess& process, const TimeRange& range, std::string_view name) {
    if (!range.discrete && (name == "leading" || name == "trailing")) {
        return fmt::format("it is defined on whole timesteps, which {} does not have", process.name());
    }
    const bool over_noise = name == "karras" || name == "exponential" || name == "beta";
    if (!keeps_signal(process, range.highest) && (name == "lambda" || (range.discrete && over_noise))) {
        return fmt::format("{} has no signal at {}, so sigma/alpha is infinite there", process.name(), range.highest);
    }
    return "";
}

void check_spacing(const NoiseProcess& process, const TimeRange& range, std::string_view name) {
    const std::string why = obstacle(process, range, name);
    if (why.empty()) return;
    std::vector<std::string_view> possible;
    for (const SpacingInfo& info : kInfos) {
        if (obstacle(process, range, info.name).empty()) possible.push_back(info.name);
    }
    throw base::request_error(fmt::format("no spacing {} on this process", name), "`spacing`", why,
                              "choose one of " + base::join(possible));
}

/// Calls action(name, value) for every parameter.
template <class Settings, class Action>
void for_each_parameter(Settings& settings, const Action& action) {
    action("final", settings.final);
    action("offset", settings.offset);
    action("rho", settings.rho);
    action("beta_alpha", settings.beta_alpha);
    action("beta_beta", settings.beta_beta);
}

const SpacingInfo& find_spacing(std::string_view name) {
    const auto found = std::ranges::find(kInfos, name, &SpacingInfo::name);
    if (found != kInfos.end()) return *found;
    throw base::request_error("unknown spacing '" + std::string(name) + "'", "`spacing`", "no such name",
                              base::name_hint(name, kSpacings));
}

bool takes(const SpacingInfo& info, std::string_view parameter) {
    return std::ranges::find(info.parameters, parameter, &SpacingParameter::name) != info.parameters.end();
}

void check_spacing_parameter(const ParameterValues& values, double value) {
    if (values.holds(value)) return;
    throw base::request_error("value out of range", "`" + spacing_flag(values.name) + "`",
                              fmt::format("{} is not allowed", value),
                              values.open_low ? fmt::format("give > {}, at most {}", values.low, values.high)
                                              : fmt::format("give {} … {}", values.low, values.high));
}

void check_spacing_parameter(const ParameterValues& values, const std::string& value) {
    if (std::ranges::find(values.choices, value) != values.choices.end()) return;
    throw base::request_error("unknown value '" + value + "'", "`" + spacing_flag(values.name) + "`", "no such name",
                              base::name_hint(value, values.choices));
}

void check_settings(const SpacingSettings& settings) {
    const SpacingInfo& info = find_spacing(settings.name);
    for_each_parameter(settings, [&](std::string_view name, const auto& value) {
        if (!value || takes(info, name)) return;
        std::vector<std::string_view> taken;
        for (const SpacingParameter& parameter : info.parameters) taken.push_back(parameter.name);
        throw base::request_error("flag without effect", "`" + spacing_flag(name) + "`",
                                  fmt::format("the spacing {} has no such parameter", info.name),
                                  "leave it out; it has " + base::join(taken));
    });
    for_each_parameter(settings, [](std::string_view name, const auto& value) {
        if (value) check_spacing_parameter(spacing_parameter_values(name), *value);
    });
}

/// The settings with every parameter of the spacing given.
SpacingSettings with_presets(SpacingSettings settings) {
    for (const SpacingParameter& parameter : find_spacing(settings.name).parameters) {
        for_each_parameter(settings, [&](std::string_view name, auto& value) {
            if (name == parameter.name) set_preset(value, parameter.preset);
        });
    }
    return settings;
}

void check_steps(const Request& request, std::string_view name) {
    const bool limited = request.range.discrete && is_counted(name);
    const int levels = static_cast<int>(request.range.highest - request.range.lowest_noisy) + 1;
    const int most = request.to_clean ? levels : levels - 1;
    if (request.steps < 1) {
        throw base::request_error("bad number of steps", "`steps`", fmt::format("{} is below 1", request.steps),
                                  limited ? fmt::format("give 1 … {}", most) : "give 1 or more");
    }
    if (limited && request.steps > most) {
        throw base::request_error(
            "too many steps", "`steps`",
            fmt::format("{} steps, but the process has {} distinct timesteps", request.steps, levels),
            fmt::format("use at most {} steps; with `target`, a larger `process.T` also works", most));
    }
}

/// A single step where hardly any noise is would leave the start as it is.
void require_noise(const Request& request, std::string_view name, double first) {
    const TimeRange range = request.range;
    if (request.steps > 1 || first > range.lowest_noisy || range.highest == range.lowest_noisy) return;
    throw base::request_error(
        "too few steps", "`steps`",
        fmt::format("with spacing {}, a single step starts at timestep {}, which has almost no noise", name, first),
        "use `steps` 2 or more, or `spacing` trailing");
}

/// Rounding can bring two times together where there are very many of them.
void require_distinct(const std::vector<double>& times) {
    const auto found = std::ranges::adjacent_find(times, std::ranges::less_equal{});
    if (found == times.end()) return;
    throw base::request_error("too many steps", "`steps`", fmt::format("two of them fall on t = {}", *found),
                              "give fewer, or choose another `spacing`");
}

double parse_time(std::string_view item) {
    const std::size_t begin = item.find_first_not_of(' ');
    const std::size_t end = item.find_last_not_of(' ');
    const std::string_view number = begin == std::string_view::npos ? "" : item.substr(begin, end - begin + 1);
    double value = 0;
    const auto [rest, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    if (error != std::errc() || rest != number.data() + number.size()) {
        throw base::request_error("bad list of timesteps", "`timesteps`", fmt::format("'{}' is not a number", item),
                                  "give numbers with commas between them, e.g. 999,500,10");
    }
    return value;
}

[[noreturn]] void refuse_timestep(const std::string& why, const TimeRange& range) {
    throw base::request_error(
        "bad list of timesteps", "`timesteps`", why,
        fmt::format("give strictly decreasing {} from {} down to {}", range.discrete ? "whole numbers" : "times",
                    range.highest, range.lowest_noisy));
}

void check_timesteps(const NoiseProcess& process, const std::vector<double>& timesteps) {
    const TimeRange range = process.times();
    if (timesteps.empty()) refuse_timestep("the list is empty", range);
    for (std::size_t i = 0; i < timesteps.size(); ++i) {
        const double t = timesteps[i];
        if (!(t >= range.lowest && t <= range.highest)) {
            refuse_timestep(fmt::format("{} is outside the times of the process", t), range);
        }
        if (range.discrete && t != std::floor(t)) refuse_timestep(fmt::format("{} is not a whole number", t), range);
        if (process.marginal(t).sigma == 0) refuse_timestep(fmt::format("there is no noise at {}", t), range);
        if (i > 0 && t >= timesteps[i - 1]) {
            refuse_timestep(fmt::format("{} follows {}", t, timesteps[i - 1]), range);
        }
    }
}

/// The prior's deviation; where the data are kept, that of the noise at the first time.
double start_scale(const NoiseProcess& process, double first) {
    const Marginal at = process.marginal(first);
    return at.alpha == 1 && first < process.times().highest ? at.sigma : process.prior_scale();
}

bool ends_clean(const std::optional<std::string>& final) {
    return !final || *final == kFinals.front();
}

}  // namespace

const ParameterValues& spacing_parameter_values(std::string_view name) {
    const auto* const found = std::ranges::find(kSpacingParameterValues, name, &ParameterValues::name);
    if (found == std::end(kSpacingParameterValues))
        throw std::logic_error("no spacing has a parameter " + std::string(name));
    return *found;
}

std::span<const SpacingInfo> spacings() {
    return kInfos;
}

std::string spacing_flag(std::string_view parameter) {
    return (parameter == "rho" ? "process." : "spacing.") + std::string(parameter);
}

SpacingSettings without_unused(SpacingSettings settings) {
    const SpacingInfo& info = find_spacing(settings.name);
    for_each_parameter(settings, [&](std::string_view name, auto& value) {
        if (!takes(info, name)) value.reset();
    });
    return settings;
}

TimeGrid make_time_grid(std::shared_ptr<const NoiseProcess> process, const SpacingSettings& given, int steps) {
    check_settings(given);
    const SpacingSettings settings = with_presets(given);
    const Request request = {*process, visited_range(*process, settings.least_alpha), steps,
                             ends_clean(settings.final)};
    check_spacing(*process, request.range, settings.name);
    check_steps(request, settings.name);
    std::vector<double> times = spaced(request, settings);
    require_noise(request, settings.name, times.front());
    std::optional<double> end;
    if (!request.to_clean) {
        end = request.range.lowest_noisy;
        times.resize(static_cast<std::size_t>(steps));
        times.push_back(*end);
    }
    require_distinct(times);
    times.resize(static_cast<std::size_t>(steps));
    return {std::move(process), times, end};
}

TimeGrid make_time_grid(const std::shared_ptr<const NoiseProcess>& process, const std::vector<double>& timesteps,
                        const std::optional<std::string>& final) {
    if (final) check_spacing_parameter(spacing_parameter_values("final"), *final);
    check_timesteps(*process, timesteps);
    std::optional<double> end;
    if (!ends_clean(final)) end = process->times().lowest_noisy;
    if (end && timesteps.back() <= *end) {
        refuse_timestep(fmt::format("{} is not above {}, where `spacing.final` sigma_min ends", timesteps.back(), *end),
                        process->times());
    }
    const TimeGrid grid(process, timesteps, end);
    return {process, grid.steps(), start_scale(*process, timesteps.front()), false};
}

std::vector<double> parse_timesteps(std::string_view list) {
    std::vector<double> timesteps;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        timesteps.push_back(parse_time(list.substr(begin, end - begin)));
        begin = end + 1;
    }
    return timesteps;
}

}  // namespace scorefield::diffusion
