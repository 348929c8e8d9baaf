#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace scorefield::gpu {

/// A VkPipelineCache that lives on disk between runs, one file per device and driver. The file is taken only when it is
/// whole (length and checksum), made by this very device and driver, and the user's own (base::PrivateFolder); any
/// other file is ignored and replaced, a link itself, and what is no file (a pipe, say) is left alone.
class PipelineCache {
  public:
    /// An empty `folder` means the default one.
    PipelineCache(VkPhysicalDevice physical, VkDevice device, const std::filesystem::path& folder);
    ~PipelineCache();
    PipelineCache(const PipelineCache&) = delete;
    PipelineCache& operator=(const PipelineCache&) = delete;

    VkPipelineCache handle() const { return cache_; }
    const std::string& note() const { return note_; }
    /// Empty when there is no place for it.
    const std::filesystem::path& file() const { return file_; }
    bool loaded() const { return loaded_; }
    /// Writes the file when its content changed. Never throws: a failure becomes the note.
    void save();

  private:
    std::vector<char> content() const;

    VkDevice device_;
    std::filesystem::path file_;
    VkPipelineCache cache_ = VK_NULL_HANDLE;
    std::uint64_t saved_checksum_ = 0;
    bool loaded_ = false;
    std::string note_;
};

/// $XDG_CACHE_HOME/scorefield, else $HOME/.cache/scorefield, else empty.
std::filesystem::path default_cache_folder();

}  // namespace scorefield::gpu
