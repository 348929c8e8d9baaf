#pragma once

#include <filesystem>
#include <string>

namespace scorefield::viewer {

/// A file is replaced only by who asks for that twice.
class SaveGuard {
  public:
    /// Whether the file may be written now. If not, `message` becomes what the user should know.
    bool allows(const std::filesystem::path& path, std::string& message);

  private:
    std::filesystem::path asked_;  ///< the one whose replacement was asked for last; empty: none
};

}  // namespace scorefield::viewer
