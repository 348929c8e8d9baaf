#pragma once

#include <array>
#include <cstddef>

#include "session/frame_log.hpp"

namespace scorefield::viewer {

/// The times of the last frames, as a graph of stacked bars and as numbers.
class FrameGraph {
  public:
    /// `frame_ms`: from one frame to the next.
    void add(const session::PassTimes& gpu_ms, double cpu_ms, double frame_ms);
    /// Draws at the panel's cursor.
    void draw() const;

  private:
    static constexpr std::size_t kFrames = 160;

    void draw_bars() const;
    void draw_numbers() const;

    std::array<session::PassTimes, kFrames> frames_{};
    std::size_t next_ = 0;
    session::PassTimes mean_{};  ///< running means
    double cpu_ms_ = 0;
    double frame_ms_ = 0;
};

}  // namespace scorefield::viewer
