#pragma once

#include <fmt/format.h>

#include <string>

#include "base/error.hpp"

namespace scorefield::train {

/// Throws base::Error (request) naming the flag where the value is out of range.
template <class T>
void require_range(const std::string& flag, T value, T low, T high) {
    if (value >= low && value <= high) return;
    throw base::request_error("setting out of range", flag, fmt::format("{} is not allowed", value),
                              fmt::format("choose from {} to {}", low, high));
}

}  // namespace scorefield::train
