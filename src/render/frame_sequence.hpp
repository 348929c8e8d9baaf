#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/numbered_names.hpp"
#include "base/staged_folder.hpp"
#include "data/png_text.hpp"
#include "render/picture.hpp"

namespace scorefield::render {

/// The names of frames in a folder of their own: frame_0000.png, frame_0001.png, …
inline constexpr std::string_view kFrameNames = "frame_%04d.png";

/// Numbered pictures in a folder, all put in place by `finish` (base::StagedFolder); without it nothing is left.
class FrameSequence {
  public:
    /// Throws base::Error (running) when the folder cannot be made or written to, or is something else.
    /// `texts`: of every picture. In `own_folder` older frames with higher numbers are removed.
    explicit FrameSequence(const std::filesystem::path& folder, base::NumberedNames names = {kFrameNames, "frames"},
                           bool own_folder = true, std::vector<data::PngText> texts = {});

    void write(const Picture& picture);
    /// In an existing folder frames take the place of older ones of the same name; in one of their own, older frames
    /// with higher numbers are removed, so that it holds one sequence. Other files stay.
    void finish();

    std::uint64_t count() const { return count_; }

  private:
    std::filesystem::path folder_;
    base::NumberedNames names_;
    bool own_folder_;
    std::vector<data::PngText> texts_;
    base::StagedFolder staged_;
    std::uint64_t count_ = 0;
};

}  // namespace scorefield::render
