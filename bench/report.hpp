#pragma once

#include <filesystem>
#include <string>

#include "bench/benchmark.hpp"
#include "bench/comparison.hpp"

namespace scorefield::bench {

/// The report as one object of JSON: engine, device, processor, instruction_set, threads, rounds and `cases`, each with
/// name, seconds {min, median, max}, work, unit, rate, best_rate, device_peak and fraction_of_peak; null: not known.
/// With a comparison, each case also has old_median (null: not in the earlier report) and change (a name of kChanges),
/// and the report has `only_in_old`, the names of the other cases.
std::string to_json(const Report& report, const Comparison* comparison = nullptr);

/// The same as a table.
std::string to_text(const Report& report, const Comparison* comparison = nullptr);

/// Reads what to_json has written. Throws base::Error (request) naming file and place: not readable, no JSON, a field
/// that is missing or of another type, times that are not positive and in order, a case that comes twice.
Report read_report(const std::filesystem::path& path);

}  // namespace scorefield::bench
