#include "viewer/free_path.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace scorefield::viewer {
namespace {

bool exists(const std::filesystem::path& path) {
    std::error_code unknown;
    return std::filesystem::exists(path, unknown);
}

}  // namespace

std::filesystem::path free_path(std::string_view stem, std::string_view extension) {
    return free_paths(stem, extension, 1).front();
}

std::vector<std::filesystem::path> free_paths(std::string_view stem, std::string_view extension, std::size_t count) {
    for (int number = 0;; ++number) {
        std::vector<std::filesystem::path> paths = {fmt::format("{}_{:04}{}", stem, number, extension)};
        for (std::size_t pane = 2; pane <= count; ++pane) {
            paths.emplace_back(fmt::format("{}_{:04}_pane{}{}", stem, number, pane, extension));
        }
        if (std::ranges::none_of(paths, exists)) return paths;
    }
}

}  // namespace scorefield::viewer
