#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/files.hpp"
#include "data/npy_types.hpp"

namespace scorefield::data {

/// The first bytes of every NPY file.
inline constexpr std::string_view kNpyMagic = "\x93NUMPY";

/// Numbers of one type that stand side by side in an item of the array.
struct NpyField {
    std::string name;  ///< empty where the array has no fields
    const NpyType* type = nullptr;
    bool big_end_first = false;
    std::size_t count = 1;   ///< of a field that is itself an array
    std::size_t offset = 0;  ///< in the item, in bytes
};

/// What stands in a NPY file behind its header, and how.
struct NpyLayout {
    bool structured = false;       ///< its items have fields, each number of which is a value; else an item is a value
    std::vector<NpyField> fields;  ///< without those that only fill room
    std::size_t item_bytes = 0;
    std::size_t item_values = 0;
    bool fortran_order = false;
    std::vector<std::size_t> shape;  ///< of the items
    std::size_t items = 0;

    /// The shape of the values: that of the items, and an axis for their fields.
    std::vector<std::size_t> value_shape() const;
    /// Whether float32 holds every number of every field.
    bool is_single() const;
};

/// Refuses the file with base::Error (request); `place` may be empty.
[[noreturn]] void refuse_npy(const std::filesystem::path& path, const std::string& place, const std::string& why,
                             const std::string& hint);

/// Reads the header of a file that stands at its beginning, and then at its values. The file is as long as the header
/// says. Throws as refuse_npy, naming the cause: another kind of file, a type that is no real number (in a field, too),
/// a length that does not fit.
NpyLayout read_npy_layout(const std::filesystem::path& path, InputFile& file);

}  // namespace scorefield::data
