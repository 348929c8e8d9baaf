#pragma once

#include <string>

#include "bench/benchmark.hpp"

namespace scorefield::bench {

/// The report as one object of JSON: engine, device, processor, instruction_set, threads, rounds and `cases`, each with
/// name, seconds {min, median, max}, work, unit, rate, best_rate, device_peak and fraction_of_peak; null: not known.
std::string to_json(const Report& report);

/// The same as a table.
std::string to_text(const Report& report);

}  // namespace scorefield::bench
