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

/// Files that appear together in a folder, by the rules of StagedOutput: in a folder that is new with it, in one that
/// exists one after the other, once it is known that each can be put there. Throws base::Error (running) with the
/// folder.
class StagedFolder {
  public:
    /// A new folder's parent must exist. `stem` names the temporary within an existing one.
    StagedFolder(const std::filesystem::path& folder, const std::string& stem);

    /// A file of that name, which comes once. On disk when this returns.
    void write(const std::string& name, const void* bytes, std::size_t count);
    /// Puts them in place. In an existing folder they replace the files of their names, and those for which
    /// `outdated` holds, none of these, are removed.
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
