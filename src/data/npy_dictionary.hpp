#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::data {

/// A field of a structured array as the header has it: ('x', '<f4'), ('p', '<f4', (3,)), (('title', 'x'), '<f4').
struct NpyFieldText {
    std::string name;
    std::string type;                ///< empty: the field has fields of its own
    std::vector<std::size_t> shape;  ///< empty: a single number
    std::vector<std::string> types;  ///< of its own fields, empty for those that have fields again
};

/// The header's Python dictionary.
struct NpyDictionary {
    std::optional<std::string> type;   ///< of arrays without fields
    std::vector<NpyFieldText> fields;  ///< of structured arrays
    bool fortran_order = false;
    std::vector<std::size_t> shape;
};

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }, also as Python 2 wrote it. Throws as refuse_npy
/// (npy_header.hpp).
NpyDictionary parse_npy_dictionary(const std::filesystem::path& path, std::string_view text);

}  // namespace scorefield::data
