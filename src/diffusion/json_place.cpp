#include "diffusion/json_place.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"

namespace scorefield::diffusion {

JsonDocument parse_json(std::string_view text, const std::string& what, const std::string& file,
                        const std::string& cure, const data::JsonLimits& limits, const std::string& size_cure) {
    try {
        return {what, file, cure, data::parse_json(text, limits)};
    } catch (const data::JsonTooLarge& error) {
        throw base::request_error(what, file, error.what(), size_cure.empty() ? cure : size_cure);
    } catch (const data::JsonError& error) {
        throw base::request_error(what, file, error.what(), cure);
    }
}

JsonDocument parse_json_without(std::string_view text, const char* key, const std::string& what,
                                const std::string& file, const std::string& cure) {
    try {
        return {what, file, cure, data::parse_json(text, key, {})};
    } catch (const data::JsonError& error) {
        throw base::request_error(what, file, error.what(), cure);
    }
}

void for_each_element(std::string_view text, const char* key, const JsonDocument& document,
                      const std::function<void(const JsonPlace&)>& take) {
    constexpr data::JsonLimits kElement = {.values = 4096};
    try {
        data::parse_json(
            text, key,
            [&](std::size_t i, const nlohmann::json& element) {
                take(JsonPlace(document, element, fmt::format("{}[{}]", key, i)));
            },
            kElement);
    } catch (const data::JsonError& error) {
        throw base::request_error(document.what, document.file, error.what(), document.cure);
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
    const std::string shown = base::shown(key);
    return path_.empty() ? shown : fmt::format("{}.{}", path_, shown);
}

}  // namespace scorefield::diffusion
