#include "viewer/save_guard.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace scorefield::viewer {

bool SaveGuard::allows(const std::filesystem::path& path, std::string& message) {
    std::error_code unreadable;
    const bool again = std::exchange(asked_, std::filesystem::path()) == path;
    if (again || !std::filesystem::exists(path, unreadable)) return true;
    asked_ = path;
    message = fmt::format("{} already exists: press Save again to replace it, or choose another name", path.string());
    return false;
}

}  // namespace scorefield::viewer
