#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "data/json.hpp"

namespace scorefield::diffusion {

/// A JSON document that is being read, and what its errors say: `what` ("invalid program"), the file's name, and the
/// cure where a place has none of its own.
struct JsonDocument {
    std::string what;
    std::string file;
    std::string cure;
    nlohmann::json root;
};

/// Throws base::Error (request) naming the file where `text` is no JSON within the limits (data/json.hpp). `size_cure`
/// is the cure of a text with more values than they allow; empty: `cure`.
JsonDocument parse_json(std::string_view text, const std::string& what, const std::string& file,
                        const std::string& cure, const data::JsonLimits& limits = {},
                        const std::string& size_cure = {});

/// The same without the elements of the root's array `key`, which is empty in the document: for_each_element reads
/// them.
JsonDocument parse_json_without(std::string_view text, const char* key, const std::string& what,
                                const std::string& file, const std::string& cure);

/// A value of a document, which must outlive it, and its place, e.g. `ops[3].c_in`. Whatever is not as it must be is
/// refused with base::Error (request) naming file and place.
class JsonPlace {
  public:
    explicit JsonPlace(const JsonDocument& document) : JsonPlace(document, document.root, {}) {}

    [[noreturn]] void refuse(const std::string& why, const std::string& hint = {}) const;

    /// Refuses what is not an object and fields that are not `known`.
    void require_fields(std::span<const std::string_view> known) const;
    bool has(const char* key) const { return value_.contains(key); }
    JsonPlace at(const char* key) const;

    bool is_array() const { return value_.is_array(); }
    bool is_null() const { return value_.is_null(); }

    /// Entries of an array.
    std::size_t size() const;
    JsonPlace at(std::size_t i) const;

    /// The value as a finite double, an integer within its type's range, true or false, or a string.
    template <class T>
    T as() const {
        if constexpr (std::is_same_v<T, bool>) {
            if (!value_.is_boolean()) refuse("not true or false");
            return value_.get<bool>();
        } else if constexpr (std::is_same_v<T, std::string>) {
            if (!value_.is_string()) refuse("not a string");
            return value_.get<std::string>();
        } else if constexpr (std::is_floating_point_v<T>) {
            if (!value_.is_number()) refuse("not a number");
            return value_.get<T>();
        } else {
            if (!value_.is_number_integer()) refuse("not an integer");
            if (!fits<T>()) refuse("out of range");
            return value_.get<T>();
        }
    }

    /// Overwrites `target` where the field is present.
    template <class T>
    void read(const char* key, T& target) const {
        if (has(key)) target = at(key).template as<T>();
    }

    template <class T>
    void read_required(const char* key, T& target) const {
        target = at(key).template as<T>();
    }

  private:
    JsonPlace(const JsonDocument& document, const nlohmann::json& value, std::string path)
        : document_(document), value_(value), path_(std::move(path)) {}

    template <class T>
    bool fits() const {
        if (value_.is_number_unsigned()) {
            return value_.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        }
        const auto value = value_.get<std::int64_t>();
        return std::is_signed_v<T> ? value >= static_cast<std::int64_t>(std::numeric_limits<T>::min()) : value >= 0;
    }

    std::string member_path(std::string_view key) const;

    friend void for_each_element(std::string_view text, const char* key, const JsonDocument& document,
                                 const std::function<void(const JsonPlace&)>& take);

    const JsonDocument& document_;
    const nlohmann::json& value_;
    std::string path_;
};

/// Reads the elements of the root's array `key` of `text`, which `document` is without, one after the other: none of
/// them is kept. Refuses elements of more values than any list of this project holds.
void for_each_element(std::string_view text, const char* key, const JsonDocument& document,
                      const std::function<void(const JsonPlace&)>& take);

}  // namespace scorefield::diffusion
