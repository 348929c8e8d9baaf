#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace scorefield::data {

/// A number as NumPy keeps it.
struct NpyType {
    std::string_view name;  ///< after the sign for the order of bytes
    std::size_t bytes;
    bool single;                      ///< float32 holds every number of it
    double (*at)(const char* place);  ///< the number that stands there, little end first
};

/// The type that a NPY header's `descr` names, such as '<f4'; null where it is no real number of 1 to 8 bytes.
const NpyType* find_npy_type(std::string_view descr);

/// Whether the most significant byte of `descr`'s numbers comes first.
bool is_big_end_first(std::string_view descr);

/// What the type is that find_npy_type does not know, and how to make numbers of it.
struct UnknownNpyType {
    std::string kind;  ///< "text", "complex numbers" …
    std::string hint;
};
UnknownNpyType explain_npy_type(std::string_view descr);

}  // namespace scorefield::data
