#include "bench/report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/output.hpp"

namespace scorefield::bench {
namespace {

using nlohmann::ordered_json;

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json number_or_null(double value) {
    return value > 0 ? ordered_json(value) : ordered_json(nullptr);
}

std::string machine_text(const Machine& machine) {
    std::string text = base::format_shown("{}", machine.device);
    if (!machine.processor.empty()) text += base::format_shown(" ({})", machine.processor);
    if (machine.engine == "host") text += fmt::format(", {}, {} threads", machine.instruction_set, machine.threads);
    return text;
}

}  // namespace

std::string to_json(const Report& report) {
    ordered_json cases = ordered_json::array();
    for (const Result& result : report.results) {
        const bool has_peak = result.device_peak > 0;
        ordered_json entry = {
            {"name", result.name},
            {"seconds", {{"min", result.min_seconds}, {"median", result.median_seconds}, {"max", result.max_seconds}}},
            {"work", result.work},
            {"unit", result.unit},
            {"rate", result.rate()},
            {"best_rate", result.best_rate()},
            {"device_peak", number_or_null(result.device_peak)},
            {"fraction_of_peak", has_peak ? ordered_json(result.fraction_of_peak()) : ordered_json(nullptr)}};
        cases.push_back(entry);
    }
    const Machine& machine = report.machine;
    ordered_json json = {{"engine", machine.engine},
                         {"device", machine.device},
                         {"processor", text_or_null(machine.processor)},
                         {"instruction_set", text_or_null(machine.instruction_set)},
                         {"threads", machine.threads > 0 ? ordered_json(machine.threads) : ordered_json(nullptr)},
                         {"rounds", report.rounds},
                         {"cases", std::move(cases)}};
    return base::json_line(json);
}

std::string to_text(const Report& report) {
    std::string text = fmt::format("{}: {} rounds, all cases in turn\n{:<24} {:>10} {:>10} {:>10}   {:>18} {:>14}\n",
                                   machine_text(report.machine), report.rounds, "case", "min ms", "median ms", "max ms",
                                   "rate (median)", "of peak (best)");
    for (const Result& result : report.results) {
        text += fmt::format("{:<24} {:>10.3f} {:>10.3f} {:>10.3f}   {:>8.4g} G{:<8} {:>14}\n", result.name,
                            1e3 * result.min_seconds, 1e3 * result.median_seconds, 1e3 * result.max_seconds,
                            1e-9 * result.rate(), result.unit + "/s",
                            result.device_peak > 0 ? fmt::format("{:.0f}%", 100 * result.fraction_of_peak()) : "");
    }
    return text;
}

}  // namespace scorefield::bench
