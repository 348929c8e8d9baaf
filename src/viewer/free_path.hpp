#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace scorefield::viewer {

/// `STEM_0000EXTENSION` in the working folder, or the first after it that is not there yet.
std::filesystem::path free_path(std::string_view stem, std::string_view extension);

/// The same for `count` ≥ 1 panes: `STEM_0000EXTENSION`, `STEM_0000_pane2EXTENSION` …, none of which is there yet.
std::vector<std::filesystem::path> free_paths(std::string_view stem, std::string_view extension, std::size_t count);

}  // namespace scorefield::viewer
