#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/interrupt.hpp"
#include "base/output.hpp"
#include "base/progress.hpp"
#include "bench/benchmark.hpp"
#include "cli/commands.hpp"
#include "model/model.hpp"
#include "session/gpu_device.hpp"
#include "settings/device_request.hpp"
#include "settings/resolve.hpp"

namespace scorefield::cli {
namespace {

constexpr int kRounds = 7;

std::string to_json(const gpu::Device& device, const std::vector<bench::Result>& results) {
    nlohmann::ordered_json cases = nlohmann::ordered_json::array();
    for (const bench::Result& result : results) {
        nlohmann::ordered_json entry = {
            {"name", result.name},
            {"seconds", {{"min", result.min_seconds}, {"median", result.median_seconds}, {"max", result.max_seconds}}},
            {"work", result.work},
            {"unit", result.unit},
            {"rate", result.rate},
            {"best_rate", result.best_rate}};
        entry["device_peak"] = result.device_peak > 0 ? nlohmann::ordered_json(result.device_peak) : nullptr;
        entry["fraction_of_peak"] = result.device_peak > 0 ? nlohmann::ordered_json(result.fraction_of_peak) : nullptr;
        cases.push_back(entry);
    }
    return base::json_line({{"device", device.properties().name}, {"rounds", kRounds}, {"cases", cases}});
}

std::string to_text(const gpu::Device& device, const std::vector<bench::Result>& results) {
    std::string text = fmt::format("{}: {} rounds, all cases in turn\n{:<24} {:>10} {:>10} {:>10}   {:>18} {:>14}\n",
                                   device.properties().name, kRounds, "case", "min ms", "median ms", "max ms",
                                   "rate (median)", "of peak (best)");
    for (const bench::Result& result : results) {
        text += fmt::format("{:<24} {:>10.3f} {:>10.3f} {:>10.3f}   {:>8.4g} G{:<8} {:>14}\n", result.name,
                            1e3 * result.min_seconds, 1e3 * result.median_seconds, 1e3 * result.max_seconds,
                            1e-9 * result.rate, result.unit + "/s",
                            result.device_peak > 0 ? fmt::format("{:.0f}%", 100 * result.fraction_of_peak) : "");
    }
    return text;
}

}  // namespace

int bench_command(const settings::Request& request) {
    const settings::Settings& settings = request.settings;
    base::watch_interrupts();
    const model::Model model = settings::open_model(settings);
    gpu::Device device(settings::device_request(settings));
    std::vector<bench::Result> results;
    {
        const auto cases = bench::make_cases(device, *model.checkpoint);
        base::Progress progress("bench", cases.size() * kRounds, "measurements", !settings.quiet);
        results = bench::run(cases, kRounds, [&](std::size_t done) {
            base::require_not_interrupted();
            progress.update(done);
        });
    }
    session::require_no_validation_messages(device);
    base::print(settings.json ? to_json(device, results) : to_text(device, results));
    return 0;
}

}  // namespace scorefield::cli
