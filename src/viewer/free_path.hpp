#pragma once

#include <filesystem>
#include <string_view>

namespace scorefield::viewer {

/// `STEM_0000EXTENSION` in the working folder, or the first after it that is not there yet.
std::filesystem::path free_path(std::string_view stem, std::string_view extension);

}  // namespace scorefield::viewer
