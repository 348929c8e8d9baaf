#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

namespace scorefield::data {

/// Why a text is not taken as JSON: short and printable, for an error's WHY.
class JsonError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The text holds more values than JsonLimits::values.
class JsonTooLarge : public JsonError {
  public:
    using JsonError::JsonError;
};

/// What a text may ask for. Whoever copies, compares or destroys a JSON value goes as deep as it is nested.
struct JsonLimits {
    std::size_t depth = 64;                      ///< containers within each other
    std::size_t values = std::size_t{1} << 20U;  ///< keys and values in all; of an element that is handed on, its own
};

/// Reads the JSON of anybody. Throws JsonError: not JSON, a zero byte, text after the end, nested too deep, too many
/// values, a key that comes twice in its object. Takes memory for what it has read within the limits, no more.
nlohmann::json parse_json(std::string_view text, const JsonLimits& limits = {});

/// Takes element `index` of an array.
using TakeElement = std::function<void(std::size_t index, const nlohmann::json& element)>;

/// The same, but the elements of the root's array `key` are handed to `take` one after the other, each when it has been
/// read, and the array that is returned is empty: for lists too long to be kept as JSON. An empty `take` passes over
/// them.
nlohmann::json parse_json(std::string_view text, std::string_view key, const TakeElement& take,
                          const JsonLimits& limits = {});

}  // namespace scorefield::data
