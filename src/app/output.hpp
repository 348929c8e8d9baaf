#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace scorefield::app {

/// Writes to standard output. A reader that has gone away (a closed pipe) is no error; a place that cannot be written
/// throws base::Error (running).
void print(std::string_view text);

/// One line of JSON. File names need not be UTF-8: what is not becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

/// Writes one line to standard error.
void note(std::string_view line);

}  // namespace scorefield::app
