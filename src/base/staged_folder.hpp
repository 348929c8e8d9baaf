#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/staged_output.hpp"

namespace scorefield::base {

/// Writes several files atomically (see StagedOutput). A new folder is renamed into place as a whole. In an existing
/// folder, the files are renamed one by one after all of them were checked. Throws base::Error (running) with the
/// folder.
class StagedFolder {
  public:
    /// A new folder's parent must exist. `stem` names the temporary within an existing one.
    StagedFolder(const std::filesystem::path& folder, const std::string& stem);

    /// A file of that name, which comes once. On disk when this returns.
    void write(const std::string& name, const void* bytes, std::size_t count);
    /// Puts the files in place. Existing files with the same names are replaced. In an existing folder, other files for
    /// which `outdated` returns true are deleted; it must be false for the new names.
    void commit(const std::function<bool(std::string_view)>& outdated);

    /// With links followed.
    const std::filesystem::path& folder() const { return folder_; }

  private:
    struct File {
        std::string name;
        FileIdentity identity;
    };

    void prepare(const Descriptor& place);
    void move_files(const std::function<bool(std::string_view)>& outdated);
    [[noreturn]] void fail(int error);

    std::filesystem::path shown_;
    std::filesystem::path folder_;
    bool exists_ = false;
    std::optional<StagedOutput> staged_;
    std::vector<File> files_;
};

}  // namespace scorefield::base
