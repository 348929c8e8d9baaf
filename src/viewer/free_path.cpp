#include "viewer/free_path.hpp"

#include <fmt/format.h>

#include <system_error>

namespace scorefield::viewer {

std::filesystem::path free_path(std::string_view stem, std::string_view extension) {
    for (int number = 0;; ++number) {
        std::filesystem::path path = fmt::format("{}_{:04}{}", stem, number, extension);
        std::error_code unknown;
        if (!std::filesystem::exists(path, unknown)) return path;
    }
}

}  // namespace scorefield::viewer
