#include "data/safetensors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/fnv.hpp"
#include "base/text.hpp"
#include "data/files.hpp"
#include "data/half.hpp"

namespace scorefield::data {
namespace {

using nlohmann::json;
static_assert(std::endian::native == std::endian::little, "tensor bytes are written as they stand in memory");

constexpr std::size_t kPrefix = 8;
/// Tensors of 16 bits as they are stored, by name.
using Halves = std::map<std::string, std::vector<std::uint16_t>>;

std::string header_text(const std::filesystem::path& path, const json& header) {
    try {
        return header.dump();
    } catch (const json::exception&) {
        throw base::request_error("cannot write safetensors", path.string(), "a name in it is not valid UTF-8",
                                  "rename the data file");
    }
}

bool all_finite(const Tensor& tensor) {
    return std::ranges::all_of(tensor.values, [](float value) { return std::isfinite(value); });
}

std::string checksum(const SafetensorsFile& file, const Halves& halves) {
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
        if (const auto half = halves.find(name); half != halves.end()) {
            fnv.bytes(half->second.data(), half->second.size() * sizeof(std::uint16_t));
        } else {
            fnv.bytes(tensor.values.data(), tensor.values.size() * sizeof(float));
        }
    }
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[(fnv.hash() >> shift) & 15];
    return text;
}

SafetensorsHeader read_header(const std::filesystem::path& path, InputFile& input) {
    if (input.size() < kPrefix) refuse_safetensors(path, "", "it is shorter than a header");
    std::uint64_t bytes = 0;
    input.read(&bytes, kPrefix);
    if (bytes > input.size() - kPrefix) {
        refuse_safetensors(path, "header length", "the header does not fit the file");
    }
    if (bytes > kMaxHeaderBytes) {
        refuse_safetensors(path, "header length",
                           fmt::format("{} bytes are more than the {} that are read", bytes, kMaxHeaderBytes));
    }
    return parse_safetensors_header(path, input.read(bytes), input.size() - kPrefix - bytes);
}

/// The next bytes of the file.
std::vector<float> read_values(InputFile& input, const TensorEntry& entry, std::vector<std::uint16_t>& halves) {
    const std::size_t count = (entry.end - entry.begin) / bytes_of(entry.type);
    std::vector<float> values(count);
    if (entry.type == TensorType::float32) {
        input.read(values.data(), count * sizeof(float));
        return values;
    }
    halves.resize(count);
    input.read(halves.data(), count * sizeof(std::uint16_t));
    std::ranges::transform(halves, values.begin(), entry.type == TensorType::float16 ? from_half : from_bfloat);
    return values;
}

/// Compares the stored checksum, if there is one, and takes it out of the metadata.
void verify(const std::filesystem::path& path, SafetensorsFile& file, const Halves& halves) {
    const auto stored = file.metadata.find(kChecksumKey);
    if (stored == file.metadata.end()) return;
    file.verified = stored->second == checksum(file, halves);
    if (!file.verified && !file.half) {
        refuse_safetensors(path, kChecksumKey, "the content does not match its checksum");
    }
    file.metadata.erase(stored);
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
    return checksum(file, {});
}

SafetensorsFile read_safetensors(const std::filesystem::path& path, const CheckHeader& check) {
    InputFile input(path, "safetensors");
    SafetensorsHeader header = read_header(path, input);
    if (check) check(header);
    SafetensorsFile file;
    file.metadata = std::move(header.metadata);
    std::vector<std::pair<const std::string*, const TensorEntry*>> order;
    order.reserve(header.tensors.size());
    for (const auto& [name, entry] : header.tensors) order.emplace_back(&name, &entry);
    std::ranges::sort(order, {},
                      [](const auto& tensor) { return std::pair(tensor.second->begin, tensor.second->end); });
    Halves halves;
    for (const auto& [name, entry] : order) {
        std::vector<std::uint16_t> stored;
        Tensor& tensor = file.tensors[*name];
        tensor = {entry->shape, read_values(input, *entry, stored)};
        if (!all_finite(tensor)) refuse_safetensors(path, base::shown(*name), "a value is not finite");
        if (entry->type != TensorType::float32) halves[*name] = std::move(stored);
    }
    file.half = !halves.empty();
    verify(path, file, halves);
    return file;
}

void write_safetensors(const std::filesystem::path& path, const SafetensorsFile& file) {
    json header = json::object();
    header["__metadata__"] = file.metadata;
    header["__metadata__"][kChecksumKey] = checksum(file);
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : file.tensors) {
        if (!all_finite(tensor)) {
            throw base::running_error("cannot write safetensors", path.string() + ", " + base::shown(name),
                                      "a value is not finite", "the training diverged: lower its learning rate");
        }
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
