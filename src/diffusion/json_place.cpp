#include "diffusion/json_place.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/names.hpp"

namespace scorefield::diffusion {

JsonDocument parse_json(const std::string& text, const std::string& what, const std::string& file,
                        const std::string& cure) {
    try {
        return {what, file, cure, nlohmann::json::parse(text)};
    } catch (const nlohmann::json::exception& error) {
        const std::string message = error.what();
        const std::size_t prefix = message.find("] ");  // "[json.exception.parse_error.101] "
        throw base::request_error(what, file, message.substr(prefix == std::string::npos ? 0 : prefix + 2), cure);
    }
}

void JsonPlace::refuse(const std::string& why, const std::string& hint) const {
    throw base::request_error(document_.what, path_.empty() ? document_.file : document_.file + ": " + path_, why,
                              hint.empty() ? document_.cure : hint);
}

void JsonPlace::require_fields(std::span<const std::string_view> known) const {
    if (!value_.is_object()) refuse("not an object");
    for (const auto& [key, member] : value_.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            JsonPlace(document_, member, member_path(key)).refuse("unknown field", "known: " + base::join(known));
        }
    }
}

JsonPlace JsonPlace::at(const char* key) const {
    if (!has(key)) refuse(fmt::format("field '{}' is missing", key));
    return {document_, value_.at(key), member_path(key)};
}

std::size_t JsonPlace::size() const {
    if (!value_.is_array()) refuse("not an array");
    return value_.size();
}

JsonPlace JsonPlace::at(std::size_t i) const {
    return {document_, value_.at(i), fmt::format("{}[{}]", path_, i)};
}

std::string JsonPlace::member_path(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

}  // namespace scorefield::diffusion
