#include "bench/benchmark.hpp"

#include <algorithm>

namespace scorefield::bench {
namespace {

constexpr std::string_view kCeilings[] = {"multiply_add", "buffer_copy"};

double ceiling(const std::vector<Result>& results, Bound bound) {
    if (bound == Bound::none) return 0;
    for (const Result& result : results) {
        if (result.name == kCeilings[static_cast<std::size_t>(bound)]) return result.best_rate;
    }
    return 0;
}

}  // namespace

base::Error wrong_result(const std::string& name, const std::string& why) {
    return base::running_error("benchmark computes the wrong thing", name, why,
                               "update the driver, or choose another `device`");
}

std::vector<std::unique_ptr<Case>> make_cases(gpu::Device& device, const model::Checkpoint& model) {
    constexpr std::uint32_t kParticles = 10'000;
    std::vector<std::unique_ptr<Case>> cases;
    cases.push_back(make_multiply_add(device));
    cases.push_back(make_buffer_copy(device));
    cases.push_back(make_normals(device));
    cases.push_back(make_network(device, model, kParticles));
    cases.push_back(make_sampling(device, model, "ddim", 50, kParticles));
    cases.push_back(make_sampling(device, model, "ddpm", 40, kParticles));
    cases.push_back(make_training(device));
    cases.push_back(make_frame(device, 100'000));
    return cases;
}

std::vector<Result> run(const std::vector<std::unique_ptr<Case>>& cases, int rounds,
                        const std::function<void(std::size_t)>& progress) {
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
        std::sort(seconds[i].begin(), seconds[i].end());
        Result result;
        result.name = cases[i]->name();
        result.unit = cases[i]->unit();
        result.work = cases[i]->work();
        result.min_seconds = seconds[i].front();
        result.median_seconds = seconds[i][seconds[i].size() / 2];
        result.max_seconds = seconds[i].back();
        result.rate = result.work / result.median_seconds;
        result.best_rate = result.work / result.min_seconds;
        results.push_back(result);
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
        results[i].device_peak = ceiling(results, cases[i]->bound());
        if (results[i].device_peak > 0) results[i].fraction_of_peak = results[i].best_rate / results[i].device_peak;
    }
    return results;
}

}  // namespace scorefield::bench
