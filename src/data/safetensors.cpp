#include "data/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/fnv.hpp"
#include "data/files.hpp"

namespace scorefield::data {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "tensor bytes are written as they stand in memory");

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr std::size_t kPrefix = 8;

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& place, const std::string& why) {
    throw base::request_error("cannot read safetensors", path.string() + (place.empty() ? "" : ", " + place), why,
                              "the file is damaged, incomplete or of another kind");
}

/// A key that comes twice would hide its first value: refused while parsing.
json parse_header(const std::filesystem::path& path, std::string_view text) {
    // The parser would take a zero byte for the end.
    if (text.find('\0') != std::string_view::npos) refuse(path, "header", "it contains a zero byte");
    std::vector<std::set<std::string>> keys;
    std::optional<std::string> twice;
    const auto watch = [&](int, json::parse_event_t event, json& parsed) {
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second) {
            twice = parsed.get<std::string>();
        }
        return true;
    };
    try {
        json header = json::parse(text, watch);
        if (twice) refuse(path, "header", "'" + *twice + "' comes twice");
        if (!header.is_object()) refuse(path, "header", "it is not a JSON object");
        return header;
    } catch (const json::exception& failure) {
        refuse(path, "header", failure.what());
    }
}

/// A non-negative JSON integer.
std::uint64_t whole_number(const std::filesystem::path& path, const std::string& place, const json& value) {
    if (!value.is_number_unsigned()) refuse(path, place, "a whole number is expected");
    return value.get<std::uint64_t>();
}

std::map<std::string, std::string> read_metadata(const std::filesystem::path& path, const json& section) {
    std::map<std::string, std::string> metadata;
    if (!section.is_object()) refuse(path, "__metadata__", "it is not an object");
    for (const auto& [key, value] : section.items()) {
        if (!value.is_string()) refuse(path, "__metadata__." + key, "it is not a string");
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

/// A tensor's place among the bytes after the header.
struct Extent {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string name;
};

/// Checks one entry of the header against the `available` bytes.
Extent read_entry(const std::filesystem::path& path, const std::string& name, const json& entry,
                  std::uint64_t available, Tensor& tensor) {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
        refuse(path, name, "a tensor needs dtype, shape and data_offsets and nothing else");
    }
    if (entry["dtype"] != "F32") refuse(path, name, "only the type F32 is supported");
    const json& shape = entry["shape"];
    const json& offsets = entry["data_offsets"];
    if (!shape.is_array()) refuse(path, name, "its shape is not an array");
    if (!offsets.is_array() || offsets.size() != 2) refuse(path, name, "data_offsets are not two numbers");
    Extent extent = {whole_number(path, name, offsets[0]), whole_number(path, name, offsets[1]), name};
    if (extent.begin > extent.end || extent.end > available) {
        refuse(path, name, "its bytes lie outside the file");
    }
    std::uint64_t bytes = sizeof(float);
    for (const json& size : shape) {
        const std::uint64_t length = whole_number(path, name, size);
        if (length != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / length) {
            refuse(path, name, "its shape is too large");
        }
        bytes *= length;
        tensor.shape.push_back(length);
    }
    if (bytes != extent.end - extent.begin) refuse(path, name, "its shape does not match its number of bytes");
    return extent;
}

/// `extents` in the order of their bytes.
void require_tiling(const std::filesystem::path& path, const std::vector<Extent>& extents, std::uint64_t available) {
    std::uint64_t reached = 0;
    for (const Extent& extent : extents) {
        if (extent.begin != reached) refuse(path, extent.name, "tensors overlap or leave a gap");
        reached = extent.end;
    }
    if (reached != available) refuse(path, "", "there are bytes that belong to no tensor");
}

std::string header_text(const std::filesystem::path& path, const json& header) {
    try {
        return header.dump();
    } catch (const json::exception&) {
        throw base::request_error("cannot write safetensors", path.string(), "a name in it is not valid UTF-8",
                                  "rename the data file");
    }
}

}  // namespace

bool is_utf8(std::string_view text) {
    try {
        static_cast<void>(json(text).dump());
        return true;
    } catch (const json::exception&) {
        return false;
    }
}

std::string checksum(const SafetensorsFile& file) {
    base::Fnv fnv;
    for (const auto& [key, value] : file.metadata) {
        if (key == kChecksumKey) continue;
        fnv.text(key);
        fnv.text(value);
    }
    for (const auto& [name, tensor] : file.tensors) {
        fnv.text(name);
        fnv.number(tensor.shape.size());
        for (const std::size_t size : tensor.shape) fnv.number(size);
        fnv.bytes(tensor.values.data(), tensor.values.size() * sizeof(float));
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(fnv.hash() >> shift) & 15];
    return text;
}

SafetensorsFile read_safetensors(const std::filesystem::path& path) {
    InputFile input(path, "safetensors");
    if (input.size() < kPrefix) refuse(path, "", "it is shorter than a header");
    std::uint64_t header_size = 0;
    input.read(&header_size, kPrefix);
    if (header_size > kMaxHeader || header_size > input.size() - kPrefix) {
        refuse(path, "header length", "the header does not fit the file");
    }
    const json header = parse_header(path, input.read(header_size));
    const std::uint64_t available = input.size() - kPrefix - header_size;

    SafetensorsFile file;
    std::vector<Extent> extents;
    for (const auto& [name, entry] : header.items()) {
        if (name == "__metadata__") {
            file.metadata = read_metadata(path, entry);
        } else {
            extents.push_back(read_entry(path, name, entry, available, file.tensors[name]));
        }
    }
    std::ranges::sort(extents, {}, [](const Extent& extent) { return std::pair(extent.begin, extent.end); });
    require_tiling(path, extents, available);
    for (const Extent& extent : extents) {
        std::vector<float>& values = file.tensors[extent.name].values;
        values.resize((extent.end - extent.begin) / sizeof(float));
        input.read(values.data(), extent.end - extent.begin);
        if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
            refuse(path, extent.name, "a value is not finite");
        }
    }
    if (const auto stored = file.metadata.find(kChecksumKey); stored != file.metadata.end()) {
        if (stored->second != checksum(file)) refuse(path, kChecksumKey, "the content does not match its checksum");
        file.metadata.erase(stored);
        file.verified = true;
    }
    return file;
}

void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
    json header = json::object();
    header["__metadata__"] = file.metadata;
    header["__metadata__"][kChecksumKey] = checksum(file);
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : file.tensors) {
        const std::uint64_t end = offset + tensor.values.size() * sizeof(float);
        header[name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header_text(path, header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t size = text.size();
    base::AtomicFile out(path);
    out.write(&size, sizeof size);
    out.write(text);
    for (const auto& [name, tensor] : file.tensors) {
        out.write(tensor.values.data(), tensor.values.size() * sizeof(float));
    }
    out.commit();
}

}  // namespace scorefield::data
