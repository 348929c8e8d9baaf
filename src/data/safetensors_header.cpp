#include "data/safetensors_header.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/json.hpp"

namespace scorefield::data {
namespace {

using nlohmann::json;

constexpr std::pair<std::string_view, TensorType> kTypes[] = {
    {"F32", TensorType::float32}, {"F16", TensorType::float16}, {"BF16", TensorType::bfloat16}};

class HeaderReader {
  public:
    HeaderReader(const std::filesystem::path& path, std::uint64_t available) : path_(path), available_(available) {}

    SafetensorsHeader read(std::string_view text) {
        const json root = parse(text);
        if (!root.is_object()) refuse("header", "it is not a JSON object");
        SafetensorsHeader header;
        for (const auto& [name, entry] : root.items()) {
            if (name == "__metadata__") {
                header.metadata = read_metadata(entry);
            } else {
                header.tensors[name] = read_entry(base::shown(name), entry);
            }
        }
        require_tiling(header);
        return header;
    }

  private:
    [[noreturn]] void refuse(const std::string& place, const std::string& why) const {
        refuse_safetensors(path_, place, why);
    }

    json parse(std::string_view text) const {
        try {
            return parse_json(text);
        } catch (const JsonError& failure) {
            refuse("header", failure.what());
        }
    }

    std::map<std::string, std::string> read_metadata(const json& section) const {
        std::map<std::string, std::string> metadata;
        if (!section.is_object()) refuse("__metadata__", "it is not an object");
        for (const auto& [key, value] : section.items()) {
            if (!value.is_string()) refuse("__metadata__." + base::shown(key), "it is not a string");
            metadata[key] = value.get<std::string>();
        }
        return metadata;
    }

    std::uint64_t whole_number(const std::string& place, const json& value) const {
        if (!value.is_number_unsigned()) refuse(place, "expected a whole number");
        return value.get<std::uint64_t>();
    }

    TensorType read_type(const std::string& name, const json& value) const {
        const std::string type = value.is_string() ? value.get<std::string>() : std::string();
        const auto* const found = std::ranges::find(kTypes, type, &std::pair<std::string_view, TensorType>::first);
        if (found == std::end(kTypes)) {
            refuse(name, "the type '" + base::shown(type) + "' is none of F32, F16 and BF16");
        }
        return found->second;
    }

    TensorEntry read_entry(const std::string& name, const json& value) const {
        if (!value.is_object() || value.size() != 3 || !value.contains("dtype") || !value.contains("shape") ||
            !value.contains("data_offsets")) {
            refuse(name, "a tensor needs dtype, shape and data_offsets and nothing else");
        }
        TensorEntry entry;
        entry.type = read_type(name, value["dtype"]);
        const json& shape = value["shape"];
        const json& offsets = value["data_offsets"];
        if (!shape.is_array()) refuse(name, "its shape is not an array");
        if (!offsets.is_array() || offsets.size() != 2) refuse(name, "data_offsets are not two numbers");
        entry.begin = whole_number(name, offsets[0]);
        entry.end = whole_number(name, offsets[1]);
        if (entry.begin > entry.end || entry.end > available_) refuse(name, "its bytes lie outside the file");
        std::uint64_t bytes = bytes_of(entry.type);
        for (const json& size : shape) {
            const std::uint64_t length = whole_number(name, size);
            if (length != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / length) {
                refuse(name, "its shape is too large");
            }
            bytes *= length;
            entry.shape.push_back(length);
        }
        if (bytes != entry.end - entry.begin) refuse(name, "its shape does not match its number of bytes");
        return entry;
    }

    /// The tensors stand side by side and fill the file.
    void require_tiling(const SafetensorsHeader& header) const {
        std::vector<std::pair<const TensorEntry*, const std::string*>> order;
        order.reserve(header.tensors.size());
        for (const auto& [name, entry] : header.tensors) order.emplace_back(&entry, &name);
        std::ranges::sort(order, {},
                          [](const auto& tensor) { return std::pair(tensor.first->begin, tensor.first->end); });
        std::uint64_t reached = 0;
        for (const auto& [entry, name] : order) {
            if (entry->begin != reached) refuse(base::shown(*name), "tensors overlap or leave a gap");
            reached = entry->end;
        }
        if (reached != available_) refuse("", "there are bytes that belong to no tensor");
    }

    const std::filesystem::path& path_;
    std::uint64_t available_;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(const std::filesystem::path& path, std::string_view text,
                                           std::uint64_t available) {
    return HeaderReader(path, available).read(text);
}

void refuse_safetensors(const std::filesystem::path& path, const std::string& place, const std::string& why) {
    throw base::request_error("cannot read safetensors", path.string() + (place.empty() ? "" : ", " + place), why,
                              "the file is damaged, incomplete or of another kind");
}

std::size_t bytes_of(TensorType type) {
    return type == TensorType::float32 ? 4 : 2;
}

}  // namespace scorefield::data
