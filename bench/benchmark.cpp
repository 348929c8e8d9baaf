#include "bench/benchmark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace scorefield::bench {
namespace {

double ceiling(const Cases& cases, const std::vector<Result>& results, Bound bound) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (cases[i]->is_ceiling() && cases[i]->bound() == bound) return results[i].best_rate();
    }
    return 0;
}

}  // namespace

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
