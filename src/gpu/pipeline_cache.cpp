#include "gpu/pipeline_cache.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

#include "base/fnv.hpp"
#include "base/private_folder.hpp"
#include "gpu/check.hpp"
#include "gpu/structure.hpp"

namespace scorefield::gpu {
namespace {

/// In front of the driver's own data, little endian as written.
struct FileHeader {
    char magic[8] = {'S', 'F', 'P', 'I', 'P', 'E', '0', '1'};
    std::uint64_t bytes = 0;
    std::uint64_t checksum = 0;
};

std::uint64_t checksum_of(const std::vector<char>& content) {
    base::Fnv fnv;
    fnv.bytes(content.data(), content.size());
    return fnv.hash();
}

constexpr std::size_t kMostBytes = std::size_t{1} << 30U;

/// The driver's data in a cache's `file`; empty with a note when it is not whole.
std::vector<char> driver_data(const std::filesystem::path& path, std::string_view file, std::string& note) {
    FileHeader header;
    const FileHeader expected;
    if (file.size() < sizeof header || std::memcmp(file.data(), expected.magic, sizeof expected.magic) != 0) {
        note = path.string() + " is not a pipeline cache";
        return {};
    }
    std::memcpy(&header, file.data(), sizeof header);
    const std::string_view data = file.substr(sizeof header);
    std::vector<char> content(data.begin(), data.end());
    if (data.size() == header.bytes && checksum_of(content) == header.checksum) return content;
    note = path.string() + " is damaged";
    return {};
}

bool made_by(const VkPhysicalDeviceProperties& device, const std::vector<char>& content) {
    VkPipelineCacheHeaderVersionOne header{};
    if (content.size() < sizeof header) return false;
    std::memcpy(&header, content.data(), sizeof header);
    return header.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE && header.vendorID == device.vendorID &&
           header.deviceID == device.deviceID &&
           std::memcmp(header.pipelineCacheUUID, device.pipelineCacheUUID, VK_UUID_SIZE) == 0;
}

std::string file_name(const VkPhysicalDeviceProperties& device) {
    std::string name = fmt::format("pipelines-{:04x}-{:04x}-", device.vendorID, device.deviceID);
    for (const std::uint8_t byte : device.pipelineCacheUUID) name += fmt::format("{:02x}", byte);
    return name + ".bin";
}

}  // namespace

std::filesystem::path default_cache_folder() {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg == '/') {
        return std::filesystem::path(xdg) / "scorefield";
    }
    if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
        return std::filesystem::path(home) / ".cache" / "scorefield";
    }
    return {};
}

PipelineCache::PipelineCache(VkPhysicalDevice physical, VkDevice device, const std::filesystem::path& folder)
    : device_(device) {
    VkPhysicalDeviceProperties properties{};
    vkGetPhysicalDeviceProperties(physical, &properties);
    const std::filesystem::path place = folder.empty() ? default_cache_folder() : folder;
    std::vector<char> content;
    if (place.empty()) {
        note_ = "neither XDG_CACHE_HOME nor HOME names a folder";
    } else {
        file_ = place / file_name(properties);
        const auto file = base::PrivateFolder(place).read(file_.filename().string(), kMostBytes, note_);
        if (file) content = driver_data(file_, *file, note_);
    }
    if (!content.empty() && !made_by(properties, content)) {
        note_ = file_.string() + " belongs to another device or driver";
        content.clear();
    }
    loaded_ = !content.empty();
    if (loaded_) saved_checksum_ = checksum_of(content);
    auto info = make_structure<VkPipelineCacheCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO);
    info.initialDataSize = content.size();
    info.pInitialData = content.data();
    check(vkCreatePipelineCache(device, &info, nullptr, &cache_), "vkCreatePipelineCache");
}

PipelineCache::~PipelineCache() {
    save();
    vkDestroyPipelineCache(device_, cache_, nullptr);
}

std::vector<char> PipelineCache::content() const {
    std::size_t bytes = 0;
    check(vkGetPipelineCacheData(device_, cache_, &bytes, nullptr), "vkGetPipelineCacheData");
    std::vector<char> content(bytes);
    check(vkGetPipelineCacheData(device_, cache_, &bytes, content.data()), "vkGetPipelineCacheData");
    content.resize(bytes);
    return content;
}

void PipelineCache::save() {
    if (file_.empty()) return;
    try {
        const std::vector<char> now = content();
        FileHeader header;
        header.bytes = now.size();
        header.checksum = checksum_of(now);
        if (header.checksum == saved_checksum_) return;
        std::string file(reinterpret_cast<const char*>(&header), sizeof header);
        file.append(now.begin(), now.end());
        base::PrivateFolder(file_.parent_path()).replace(file_.filename().string(), file);
        saved_checksum_ = header.checksum;
    } catch (const std::exception& error) {
        note_ = error.what();
    }
}

}  // namespace scorefield::gpu
