#pragma once

#include <string>
#include <vector>

namespace scorefield::render {

/// The largest of …, 0.1, 0.2, 0.5, 1, 2, 5, 10, … that is at most `largest` (> 0).
double round_down_125(double largest);
/// The smallest of them that is at least `smallest` (> 0).
double round_up_125(double smallest);

/// Multiples of a 1-2-5 step within [low, high], the finest step that gives at most `most` (≥ 1) intervals.
struct Ticks {
    double step = 1;
    std::vector<double> places;
};
Ticks make_ticks(double low, double high, double most);

/// A multiple of `step` with as many digits as the step needs and a true minus sign: `−0.25`, `3`, `2e6`.
std::string tick_label(double value, double step);

}  // namespace scorefield::render
