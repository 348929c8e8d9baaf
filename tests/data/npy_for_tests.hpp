#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace scorefield::data {

/// A file as numpy.save writes it, put together here by the format's description.
inline std::string npy(const std::string& dictionary, const std::string& values, char major = 1) {
    std::string file = "\x93NUMPY";
    file += major;
    file += '\0';
    const std::string header = dictionary + "\n";
    const auto length = static_cast<std::uint32_t>(header.size());
    char field[4];
    std::memcpy(field, &length, sizeof field);
    return file + std::string(field, major == 1 ? 2 : 4) + header + values;
}

template <typename Real>
std::string raw(const std::vector<Real>& values) {
    std::string text(values.size() * sizeof(Real), '\0');
    std::memcpy(text.data(), values.data(), text.size());
    return text;
}

}  // namespace scorefield::data
