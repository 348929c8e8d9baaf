#include "bench/benchmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"

namespace scorefield::bench {
namespace {

double ceiling(const Cases& cases, const std::vector<Result>& results, Bound bound) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (cases[i]->is_ceiling() && cases[i]->bound() == bound) return results[i].best_rate();
    }
    return 0;
}

}  // namespace

bool is_chosen(std::string_view name, const std::vector<std::string>& parts) {
    const auto holds = [&](const std::string& part) { return name.find(part) != std::string_view::npos; };
    return parts.empty() || std::ranges::any_of(parts, holds);
}

Cases chosen(Cases cases, const std::vector<std::string>& parts, const std::string& field) {
    for (const std::string& part : parts) {
        if (std::ranges::any_of(cases, [&](const auto& each) { return is_chosen(each->name(), {part}); })) continue;
        std::vector<std::string> names;
        for (const auto& each : cases) names.push_back(each->name());
        throw base::request_error(fmt::format("unknown case '{}'", base::shown(part)), field,
                                  "no case has this in its name", fmt::format("known: {}", fmt::join(names, ", ")));
    }
    std::erase_if(cases, [&](const auto& each) { return !each->is_ceiling() && !is_chosen(each->name(), parts); });
    return cases;
}

base::Error wrong_result(const std::string& name, const std::string& why) {
    return base::running_error("benchmark computes the wrong thing", name, why,
                               "use another `device`; if this one is a GPU, update its driver");
}

void require_near(const std::string& name, double got, double expected, double tolerance) {
    if (std::abs(got - expected) <= tolerance) return;
    throw wrong_result(name, fmt::format("got {}, expected {}", got, expected));
}

std::vector<Result> run(const Cases& cases, int rounds, const std::function<void(std::size_t)>& progress) {
    for (const auto& benchmark : cases) benchmark->check();
    std::vector<std::vector<double>> seconds(cases.size());
    std::size_t done = 0;
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < cases.size(); ++i) {
            seconds[i].push_back(cases[i]->measure());
            if (progress) progress(++done);
        }
    }
    std::vector<Result> results;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        std::ranges::sort(seconds[i]);
        Result result;
        result.name = cases[i]->name();
        result.unit = cases[i]->unit();
        result.work = cases[i]->work();
        result.min_seconds = seconds[i].front();
        result.median_seconds = seconds[i][seconds[i].size() / 2];
        result.max_seconds = seconds[i].back();
        results.push_back(result);
    }
    for (std::size_t i = 0; i < cases.size(); ++i) results[i].device_peak = ceiling(cases, results, cases[i]->bound());
    return results;
}

}  // namespace scorefield::bench
