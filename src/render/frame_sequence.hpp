#pragma once

#include <cstdint>
#include <filesystem>

#include "render/picture.hpp"

namespace scorefield::render {

/// `frame_0000.png`, `frame_0001.png`, … in a folder. They are written into a temporary folder, beside it
/// where it is new and within it where it exists (it may be a file system of its own), and put in place by `finish`;
/// without it nothing is left.
class FrameSequence {
  public:
    /// Throws base::Error (running) when the folder cannot be made or written to, or is something else.
    explicit FrameSequence(const std::filesystem::path& folder);
    ~FrameSequence();
    FrameSequence(const FrameSequence&) = delete;
    FrameSequence& operator=(const FrameSequence&) = delete;

    void write(const Picture& picture);
    /// In an existing folder frames take the place of older ones of the same name, and older frames with higher numbers
    /// are removed, so that the folder holds one sequence. Other files stay.
    void finish();

    std::uint32_t count() const { return count_; }

  private:
    std::filesystem::path folder_;
    std::filesystem::path temporary_;
    std::uint32_t count_ = 0;
};

}  // namespace scorefield::render
