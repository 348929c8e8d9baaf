#include "bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/output.hpp"
#include "data/files.hpp"
#include "diffusion/json_place.hpp"

namespace scorefield::bench {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 20U;

ordered_json text_or_null(const std::string& text) {
    return text.empty() ? ordered_json(nullptr) : ordered_json(text);
}

ordered_json number_or_null(double value) {
    return value > 0 ? ordered_json(value) : ordered_json(nullptr);
}

std::string or_nothing(const diffusion::JsonPlace& root, const char* key) {
    const diffusion::JsonPlace place = root.at(key);
    return place.is_null() ? "" : place.as<std::string>();
}

Result result_of(const diffusion::JsonPlace& place) {
    Result result;
    place.read_required("name", result.name);
    place.read_required("unit", result.unit);
    place.read_required("work", result.work);
    const diffusion::JsonPlace seconds = place.at("seconds");
    seconds.read_required("min", result.min_seconds);
    seconds.read_required("median", result.median_seconds);
    seconds.read_required("max", result.max_seconds);
    if (!(result.work > 0)) place.at("work").refuse("not above 0");
    const bool in_order = 0 < result.min_seconds && result.min_seconds <= result.median_seconds &&
                          result.median_seconds <= result.max_seconds;
    if (!in_order) seconds.refuse("not 0 < min ≤ median ≤ max");
    if (const diffusion::JsonPlace peak = place.at("device_peak"); !peak.is_null()) {
        result.device_peak = peak.as<double>();
    }
    return result;
}

std::string machine_text(const Machine& machine) {
    std::string text = base::format_shown("{}", machine.device);
    if (!machine.processor.empty()) text += base::format_shown(" ({})", machine.processor);
    if (machine.engine == "host") text += fmt::format(", {}, {} threads", machine.instruction_set, machine.threads);
    return text;
}

std::string to_text(const Comparison& comparison) {
    std::string text = base::format_shown("\ncompared with {}:\n", comparison.file);
    std::size_t unchanged = 0;
    for (const CaseChange& entry : comparison.cases) {
        switch (entry.change) {
            case Change::none:
                ++unchanged;
                break;
            case Change::slower:
            case Change::faster:
                text +=
                    fmt::format("{:<24} {}: {:.3f} ms before, {:.2f} times as long now\n", entry.name,
                                kChanges[static_cast<std::size_t>(entry.change)], 1e3 * entry.old_median, entry.ratio);
                break;
            case Change::fresh:
                text += fmt::format("{:<24} not in the earlier file\n", entry.name);
                break;
            case Change::other_work:
                text += fmt::format("{:<24} did other work before: not comparable\n", entry.name);
                break;
        }
    }
    for (const std::string& name : comparison.only_in_old) {
        text += base::format_shown("{:<24} only in the earlier file\n", name);
    }
    return text + fmt::format("{} of {} cases unchanged\n", unchanged, comparison.cases.size());
}

}  // namespace

std::string to_json(const Report& report, const Comparison* comparison) {
    ordered_json cases = ordered_json::array();
    for (std::size_t i = 0; i < report.results.size(); ++i) {
        const Result& result = report.results[i];
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
        if (comparison != nullptr) {
            const CaseChange& change = comparison->cases.at(i);
            entry["old_median"] = number_or_null(change.old_median);
            entry["change"] = kChanges[static_cast<std::size_t>(change.change)];
        }
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
    if (comparison != nullptr) {
        json["compared_with"] = comparison->file;
        json["only_in_old"] = comparison->only_in_old;
    }
    return base::json_line(json);
}

std::string to_text(const Report& report, const Comparison* comparison) {
    std::string text = fmt::format("{}: {} rounds, all cases in turn\n{:<24} {:>10} {:>10} {:>10}   {:>18} {:>14}\n",
                                   machine_text(report.machine), report.rounds, "case", "min ms", "median ms", "max ms",
                                   "rate (median)", "of peak (best)");
    for (const Result& result : report.results) {
        text += fmt::format("{:<24} {:>10.3f} {:>10.3f} {:>10.3f}   {:>8.4g} G{:<8} {:>14}\n", result.name,
                            1e3 * result.min_seconds, 1e3 * result.median_seconds, 1e3 * result.max_seconds,
                            1e-9 * result.rate(), result.unit + "/s",
                            result.device_peak > 0 ? fmt::format("{:.0f}%", 100 * result.fraction_of_peak()) : "");
    }
    return comparison == nullptr ? text : text + to_text(*comparison);
}

Report read_report(const std::filesystem::path& path) {
    const diffusion::JsonDocument document =
        diffusion::parse_json(data::read_text(path, "benchmark report", kMostBytes), "no benchmark report",
                              path.string(), "give what an earlier 'scorefield bench `json`' printed");
    const diffusion::JsonPlace root(document);
    Report report;
    Machine& machine = report.machine;
    root.read_required("engine", machine.engine);
    root.read_required("device", machine.device);
    machine.processor = or_nothing(root, "processor");
    machine.instruction_set = or_nothing(root, "instruction_set");
    if (const diffusion::JsonPlace threads = root.at("threads"); !threads.is_null()) {
        machine.threads = threads.as<std::size_t>();
    }
    root.read_required("rounds", report.rounds);
    const diffusion::JsonPlace cases = root.at("cases");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        Result result = result_of(cases.at(i));
        if (std::ranges::find(report.results, result.name, &Result::name) != report.results.end()) {
            cases.at(i).refuse("its name comes twice");
        }
        report.results.push_back(std::move(result));
    }
    return report;
}

}  // namespace scorefield::bench
