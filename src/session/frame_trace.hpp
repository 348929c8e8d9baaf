#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/trace.hpp"
#include "session/scene.hpp"

namespace scorefield::session {

/// What a trace says of a frame and of its passes: its number, and what it shows.
class FrameTraceArgs {
  public:
    /// `trace`: null: nothing is said. `scene`: what the frame shows; null: nothing yet.
    FrameTraceArgs(base::Trace* trace, std::uint64_t frame, const Scene* scene);

    std::span<const base::TraceArg> all() const { return std::span(args_).first(count_); }

  private:
    std::array<base::TraceArg, 5> args_;
    std::size_t count_ = 0;
};

}  // namespace scorefield::session
