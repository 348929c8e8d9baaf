#include "render/frame_sequence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <system_error>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "render/png_file.hpp"

namespace scorefield::render {
namespace {

namespace fs = std::filesystem;

std::string frame_name(std::uint32_t number) {
    return fmt::format("frame_{:04}.png", number);
}

/// Is this `frame_%04d.png` with a number of `count` or more?
bool is_left_over(const std::string& name, std::uint32_t count) {
    const std::string prefix = "frame_";
    const std::string suffix = ".png";
    if (name.size() < prefix.size() + 4 + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix)) {
        return false;
    }
    const std::string digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    if (digits.size() > 9 ||
        !std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); }))
        return false;
    const unsigned long number = std::stoul(digits);
    return number >= count && name == frame_name(static_cast<std::uint32_t>(number));
}

base::Error failure(const fs::path& folder, const std::string& why) {
    return base::running_error("cannot write frames", folder.string(), why,
                               "choose a folder whose parent exists and that you may write to");
}

fs::path without_trailing_slash(const fs::path& folder) {
    return folder.has_filename() ? folder : folder.parent_path();
}

/// Makes the folder; what is there already, a link say, is not written to.
void create_new(const fs::path& temporary, const fs::path& folder) {
    std::error_code failed;
    fs::remove_all(temporary, failed);  // left by a process that died and had this one's number
    const bool created = fs::create_directory(temporary, failed);
    if (failed) throw failure(folder, failed.message());
    if (!created) throw failure(folder, "its temporary folder exists already");
}

}  // namespace

FrameSequence::FrameSequence(const fs::path& folder) {
    std::error_code failed;
    const fs::path absolute = fs::absolute(folder, failed);
    if (failed) throw failure(folder, failed.message());
    folder_ = without_trailing_slash(absolute.lexically_normal());
    const fs::file_status status = fs::status(folder_, failed);
    if (!fs::status_known(status)) throw failure(folder_, failed.message());
    if (fs::is_directory(status)) {
        temporary_ = base::temporary_beside(folder_ / "frames");
    } else {
        if (fs::exists(status)) throw failure(folder_, "it is not a folder");
        folder_ = base::replaced_file(folder_);
        temporary_ = base::temporary_beside(folder_);
    }
    create_new(temporary_, folder_);
}

FrameSequence::~FrameSequence() {
    std::error_code ignored;
    fs::remove_all(temporary_, ignored);
}

void FrameSequence::write(const Picture& picture) {
    write_png(temporary_ / frame_name(count_), picture);
    ++count_;
}

void FrameSequence::finish() {
    try {
        if (!fs::exists(folder_)) {
            fs::rename(temporary_, folder_);
            return;
        }
        std::vector<fs::path> left_over;
        for (const auto& entry : fs::directory_iterator(folder_)) {
            if (is_left_over(entry.path().filename().string(), count_)) left_over.push_back(entry.path());
        }
        for (std::uint32_t i = 0; i < count_; ++i) fs::rename(temporary_ / frame_name(i), folder_ / frame_name(i));
        for (const fs::path& path : left_over) fs::remove(path);
    } catch (const fs::filesystem_error& error) {
        throw failure(folder_, error.code().message());
    }
}

}  // namespace scorefield::render
